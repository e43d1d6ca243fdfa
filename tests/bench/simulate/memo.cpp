// Ed25519 is a pure function, and half of a simulated screen's processor time went into asking it the same question again: every boot
// verifies all that the disk held, every publication signs the approvals of the last one. So the linker (--wrap, see CMakeLists.txt) puts
// a memory between the program and the two functions. The key of an entry is a SHA-256 over every byte of the question, so an answer
// is given again only where the function would give it again; what the program itself has signed counts as asked.
#include <unordered_map>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/key.hpp"

extern "C" {
bool real_verify(const fz::crypto::PublicKey& key, fz::ByteView message,
                 fz::ByteView signature) __asm__("__real__ZN2fz6crypto6verifyERKNS0_9PublicKeyESt4spanIKhLm18446744073709551615EES6_");
bool memo_verify(const fz::crypto::PublicKey& key, fz::ByteView message,
                 fz::ByteView signature) __asm__("__wrap__ZN2fz6crypto6verifyERKNS0_9PublicKeyESt4spanIKhLm18446744073709551615EES6_");
fz::Bytes real_sign(const fz::crypto::PrivateKey* key,
                    fz::ByteView message) __asm__("__real__ZNK2fz6crypto10PrivateKey4signESt4spanIKhLm18446744073709551615EE");
fz::Bytes memo_sign(const fz::crypto::PrivateKey* key,
                    fz::ByteView message) __asm__("__wrap__ZNK2fz6crypto10PrivateKey4signESt4spanIKhLm18446744073709551615EE");
}

namespace {

constexpr std::size_t kMost = 20000;  // entries of a thread; then it begins anew

template <class Answer>
class Memo {
 public:
  template <class Ask>
  const Answer& get(const std::string& question, Ask ask) {
    if (const auto it = known_.find(question); it != known_.end()) return it->second;
    return put(question, ask());
  }
  const Answer& put(const std::string& question, Answer answer) {
    if (known_.size() >= kMost) known_.clear();
    return known_.insert_or_assign(question, std::move(answer)).first->second;
  }

 private:
  std::unordered_map<std::string, Answer> known_;
};
thread_local Memo<bool> verified;
thread_local Memo<fz::Bytes> made;

// Each part with its length, so that no two questions are the same bytes.
std::string question(std::initializer_list<fz::ByteView> parts) {
  fz::crypto::Sha256 hash;
  for (const auto part : parts) {
    const std::uint64_t size = part.size();
    hash.update(fz::ByteView(reinterpret_cast<const std::uint8_t*>(&size), sizeof size));
    hash.update(part);
  }
  return hash.finish_hex();
}

}  // namespace

bool memo_verify(const fz::crypto::PublicKey& key, fz::ByteView message, fz::ByteView signature) {
  return verified.get(question({fz::as_bytes(key.scheme), key.raw, message, signature}),
                      [&] { return real_verify(key, message, signature); });
}

fz::Bytes memo_sign(const fz::crypto::PrivateKey* key, fz::ByteView message) {
  const auto& pub = key->public_key();
  return made.get(question({fz::as_bytes(pub.scheme), pub.raw, message}), [&] {
    auto signature = real_sign(key, message);
    verified.put(question({fz::as_bytes(pub.scheme), pub.raw, message, signature}), true);
    return signature;
  });
}
