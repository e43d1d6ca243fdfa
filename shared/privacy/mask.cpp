// What to write instead of what find() found.
#include <algorithm>

#include "shared/privacy/privacy.hpp"
#include "shared/privacy/text.hpp"
#include "shared/privacy/vocabulary.hpp"

namespace fz::privacy {
namespace {

constexpr std::size_t kCallable = 4;  // digits at the end of a number by which its owner knows it again

/// The first characters of `text`, as they stand there.
std::string head(const Text& read, std::string_view text, std::size_t characters) {
  return std::string(text.substr(0, read.offset[std::min(characters, read.size())]));
}
std::string masked_name(const std::string& text) {
  const Text characters = read(text);
  return head(characters, text, characters.size() > 2 && is_compound_surname(characters.part(0, 2)) ? 2 : 1) + "某";
}
std::string masked_phone(std::string digits) {
  constexpr std::size_t kMobile = 11;
  if (digits.size() == kMobile + 2 && digits.starts_with("86")) digits.erase(0, 2);
  const bool mobile = digits.size() == kMobile && digits.front() == '1';
  std::string out = digits.substr(0, 3);
  out += "****";
  return mobile ? out + digits.substr(kMobile - kCallable) : out;
}
std::string masked_plate(const std::string& text) {
  std::string out = head(read(text), text, 2);
  out += "****";
  return out + canonical(text).back();
}

}  // namespace

std::string masked(const Finding& finding) {
  const std::string plain = canonical(finding.text);
  switch (finding.kind) {
    case Kind::name:
      return masked_name(finding.text);
    case Kind::phone:
      return masked_phone(plain);
    case Kind::identity_card:
      return plain.substr(0, 3) + std::string(15, '*');
    case Kind::bank_card:
      return plain.substr(0, 4) + " **** **** " + plain.substr(plain.size() < kCallable ? 0 : plain.size() - kCallable);
    case Kind::plate:
      return masked_plate(finding.text);
  }
  return {};
}

}  // namespace fz::privacy
