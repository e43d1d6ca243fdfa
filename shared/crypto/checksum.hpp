// A checksum that somebody else states beforehand (the Upload-Checksum header of tus 1.0): it finds damage in transfer and
// proves nothing about who sent it, which is why SHA-1 is allowed here and nowhere else. One thread.
#pragma once
#include <memory>
#include <string_view>

#include "shared/base/bytes.hpp"

namespace fz::crypto {

class Checksum {
 public:
  /// From "sha1 <base64>" or "sha256 <base64>". Errors: bad_field.
  static Result<std::unique_ptr<Checksum>> parse(std::string_view header);
  ~Checksum();
  void update(ByteView data);
  /// Call once, at the end.
  bool matches();

 private:
  struct Impl;
  explicit Checksum(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fz::crypto
