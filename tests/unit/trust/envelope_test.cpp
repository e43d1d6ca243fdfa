#include "shared/trust/envelope.hpp"

#include <set>

#include "shared/base/json.hpp"
#include "shared/crypto/hash.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;

TEST(Envelope, PaeIsThatOfTheStandard) {  // the example of the DSSE specification
  EXPECT_EQ(pae("http://example.com/HelloWorld", "hello world"), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pae("", ""), "DSSEv1 0  0 ");
}

TEST(Envelope, RoundTrip) {
  auto a = crypto::PrivateKey::generate(), b = crypto::PrivateKey::generate();
  auto envelope = sign("t/x", std::string("\0\xff payload", 10), {&a, &b});
  auto text = write_envelope(envelope);
  auto back = read_envelope(text).value();
  EXPECT_EQ(back.payload, envelope.payload);
  EXPECT_EQ(write_envelope(back), text);
  KeyMap keys{{a.id(), a.public_key()}, {b.id(), b.public_key()}};
  std::vector<std::string> ids{a.id(), b.id()};
  EXPECT_EQ(good_signers(back, keys, ids).size(), 2u);
  EXPECT_EQ(good_signers(back, keys, std::vector<std::string>{a.id()}).size(), 1u) << "only keys of the role count";
  back.payload_type = "t/y";
  EXPECT_TRUE(good_signers(back, keys, ids).empty()) << "the type is signed too";
}

TEST(Envelope, SigningAgainReplaces) {
  auto a = crypto::PrivateKey::generate();
  auto envelope = sign("t", "x", {&a});
  add_signature(envelope, a);
  EXPECT_EQ(envelope.signatures.size(), 1u);
}

TEST(Envelope, ThresholdsCountKeysNotSignaturesNorIds) {
  auto a = crypto::PrivateKey::generate(), b = crypto::PrivateKey::generate();
  KeyMap keys{{a.id(), a.public_key()}, {b.id(), b.public_key()}};
  std::vector<std::string> ids{a.id(), b.id()};
  auto envelope = sign("t", "x", {&a});
  envelope.signatures.push_back(envelope.signatures[0]);                // the same twice
  envelope.signatures.push_back({b.id(), envelope.signatures[0].sig});  // under the other's name
  envelope.signatures.push_back({std::string(64, 'a'), envelope.signatures[0].sig});
  EXPECT_EQ(good_signers(envelope, keys, ids), std::set<std::string>{a.id()});
}

TEST(Envelope, RefusesWhatIsNotOneCanonicalText) {
  auto key = crypto::PrivateKey::generate();
  auto good = write_envelope(sign("t", "payload!", {&key}));
  ASSERT_TRUE(read_envelope(good));
  auto replaced = [&](std::string_view from, std::string_view to) {
    auto text = good;
    auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  auto payload = to_base64(as_bytes("payload!"));  // cGF5bG9hZCE=
  EXPECT_REFUSED(read_envelope(replaced(payload, "cGF5bG9hZCF=")), format);
  EXPECT_REFUSED(read_envelope(replaced(payload, "cGF5bG9hZCE")), format);
  EXPECT_REFUSED(read_envelope(replaced(payload, "cGF5 bG9hZCE=")), format);
  EXPECT_REFUSED(read_envelope(replaced(payload, "cGF5bG9h\\nZCE=")), format);
  EXPECT_REFUSED(read_envelope(replaced("{\"payload\"", "{\"x\":1,\"payload\"")), format);
  EXPECT_REFUSED(read_envelope(replaced("{\"keyid\"", "{\"x\":1,\"keyid\"")), format);
  EXPECT_REFUSED(read_envelope(replaced("{\"payload\"", "{\"payload\":\"\",\"payload\"")), format);
  EXPECT_REFUSED(read_envelope(replaced("\"signatures\":[", "\"signatures\":[],\"s\":[")), format);
  EXPECT_REFUSED(read_envelope(replaced(key.id(), key.id().substr(1))), format);
  EXPECT_REFUSED(read_envelope(good + "x"), format);
  EXPECT_REFUSED(read_envelope(""), format);
  EXPECT_REFUSED(read_envelope("[]"), format);
  EXPECT_TRUE(read_envelope(" " + good + "\n")) << "white space outside is no part of what is signed";
}

TEST(Envelope, Caps) {
  auto key = crypto::PrivateKey::generate();
  auto envelope = sign("t", "x", {&key});
  while (envelope.signatures.size() < kMaxSignatures) envelope.signatures.push_back(envelope.signatures[0]);
  EXPECT_TRUE(read_envelope(write_envelope(envelope)));
  envelope.signatures.push_back(envelope.signatures[0]);
  EXPECT_REFUSED(read_envelope(write_envelope(envelope)), format);
  envelope.signatures.clear();
  EXPECT_REFUSED(read_envelope(write_envelope(envelope)), format);
  auto text = write_envelope(sign("t", "x", {&key}));
  EXPECT_TRUE(read_envelope(text, text.size()));
  EXPECT_REFUSED(read_envelope(text, text.size() - 1), size);
}
