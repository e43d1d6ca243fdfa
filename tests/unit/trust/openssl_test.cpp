// Documents of this code verify with the openssl command line alone.
#include "shared/base/process.hpp"
#include "tests/support/office.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::Office;

TEST(OpensslVerifies, EveryKindOfDocument) {
  Office o;
  test::TempDir dir;
  auto s = o.schedule("scr-1", test::kOfficeNow);
  auto withdrawals = o.withdrawals_bytes(o.withdrawals(1, {"ap-1"}));
  for (auto& bytes : {o.root_bytes(), o.reviewers_bytes(), s.timestamp, s.snapshot, s.targets, withdrawals,
                      o.renewal_bytes(withdrawals, test::kOfficeNow), o.approval_bytes(o.approval("ap-1"))}) {
    auto envelope = read_envelope(bytes).value();
    std::map<std::string, crypto::PublicKey> keys = o.root.keys;
    for (auto& [id, k] : o.reviewers.keys) keys.emplace(id, k.key);
    ASSERT_TRUE(write_atomic(dir / "pae", "DSSEv1 " + std::to_string(envelope.payload_type.size()) + " " + envelope.payload_type + " " +
                                              std::to_string(envelope.payload.size()) + " " + envelope.payload));
    for (auto& signature : envelope.signatures) {
      ASSERT_TRUE(write_atomic(dir / "sig", as_text(signature.sig)));
      ASSERT_TRUE(write_atomic(dir / "key.pem", crypto::public_key_to_pem(keys.at(signature.keyid)).value()));
      SpawnOptions options;
      options.argv = {"openssl",       "pkeyutl",  "-verify",   "-rawin", "-pubin",   "-inkey",
                      dir / "key.pem", "-sigfile", dir / "sig", "-in",    dir / "pae"};
      auto done = run_command(options, Seconds{20});
      EXPECT_TRUE(done) << envelope.payload_type << (done ? "" : to_log(done.error()));
    }
  }
}
