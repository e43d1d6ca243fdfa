#include "shared/trust/check.hpp"

#include <utility>

namespace fz::trust {
namespace {
struct Row {
  Check check;
  std::string_view name;
  Code code;
  bool alarm;
};
// Not alarms: what age, damage on the way, or an ordinary schedule brings about by themselves.
constexpr Row kRows[] = {
    {Check::size, "size", Code::trust_size, false},
    {Check::format, "format", Code::trust_format, false},
    {Check::type, "type", Code::trust_type, true},
    {Check::signature, "signature", Code::trust_signature, true},
    {Check::threshold, "threshold", Code::trust_threshold, true},
    {Check::version, "version", Code::trust_version, true},
    {Check::expired, "expired", Code::trust_expired, false},
    {Check::not_yet, "not_yet", Code::trust_not_yet, false},
    {Check::policy, "policy", Code::trust_policy, true},
    {Check::scope, "scope", Code::trust_scope, true},
    {Check::screen, "screen", Code::trust_screen, true},
    {Check::delegations, "delegations", Code::trust_delegations, true},
    {Check::hash, "hash", Code::trust_hash, true},
    {Check::demo, "demo", Code::trust_demo, true},
    {Check::clock, "clock", Code::trust_clock, true},
    {Check::unapproved, "unapproved", Code::trust_unapproved, true},
    {Check::withdrawn, "withdrawn", Code::trust_withdrawn, false},
    {Check::audience, "audience", Code::trust_audience, true},
    {Check::freshness, "freshness", Code::trust_freshness, false},
    {Check::unhashed, "unhashed", Code::trust_unhashed, true},
};
const Row& row(Check check) {
  return kRows[static_cast<std::size_t>(check)];
}
}  // namespace

std::string_view check_name(Check check) {
  return row(check).name;
}
std::optional<Check> check_of(const Error& error) {
  if (error.code == Code::trust_signed_format) return Check::format;
  for (auto& r : kRows)
    if (r.code == error.code) return r.check;
  return std::nullopt;
}
bool is_alarm(const Error& error) {
  if (error.code == Code::trust_signed_format) return true;
  for (auto& r : kRows)
    if (r.code == error.code) return r.alarm;
  return false;
}
Error refuse(Check check, std::string what, std::string detail) {
  return fail(row(check).code, {{"what", std::move(what)}}, std::move(detail));
}
Error refuse_signed_format(std::string what, std::string detail) {
  return fail(Code::trust_signed_format, {{"what", std::move(what)}}, std::move(detail));
}
}  // namespace fz::trust
