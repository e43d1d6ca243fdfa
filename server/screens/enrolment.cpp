#include "server/screens/screens.hpp"
#include "shared/base/id.hpp"

namespace fz::screens {
namespace {
constexpr std::size_t kCodeLength = 8;  // 31^8: 8.5e11, guessed against a bound of tries an address
constexpr std::size_t kMaxInfo = 4096;
constexpr std::size_t kMaxName = 60;
}  // namespace

std::string enrolment_message(std::string_view keyid) {
  return "fz-enrol-v1\n" + std::string(keyid);
}

Result<Enrolment> ask_enrolment(Store& db, const crypto::PublicKey& key, ByteView proof, std::string_view address, std::string_view info,
                                UtcTime now, int per_address) {
  if (!crypto::is_supported(key.scheme)) return fail(Code::key_invalid, {{"what", key.scheme}});
  auto device = crypto::keyid(key);
  if (!crypto::verify(key, as_bytes(enrolment_message(device)), proof)) return fail(Code::signature_wrong);
  if (info.size() > kMaxInfo) return fail(Code::too_large, {{"limit", std::to_string(kMaxInfo) + " B"}});
  FZ_TRY(auto screen, db.screen_by_device(device));
  FZ_TRY(auto open, db.enrolment_by_device(device));
  if (open && open->expires > now) return *open;
  if (screen) return fail(Code::screen_enrolled, {{"screen", screen->id}});
  FZ_TRY(int asked, db.count_enrolments(address, now - kEnrolmentLife));
  if (asked >= per_address)
    return fail(Code::too_many_requests, {{"seconds", std::to_string(std::chrono::duration_cast<Seconds>(kEnrolmentLife).count())}});
  Enrolment e;
  e.code = random_code(kCodeLength);
  e.device = device;
  e.key = key;
  e.address = std::string(address);
  e.info = std::string(info);
  e.created = now;
  e.expires = now + kEnrolmentLife;
  FZ_CHECK(db.put_enrolment(e));
  return e;
}

Result<Screen> confirm_enrolment(Store& db, const accounts::Store& units, const Context& ctx, std::string_view code,
                                 std::string_view site_id, std::string_view name, std::string_view replaces) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  if (name.empty()) return fail(Code::missing_field, {{"field", "name"}});
  if (utf8_length(name) > kMaxName) return fail(Code::bad_field, {{"field", "name"}, {"what", "> " + std::to_string(kMaxName)}});
  FZ_TRY(auto e, db.enrolment(code));
  if (!e || e->expires <= ctx.now || !e->screen.empty()) return fail(Code::enrolment_code);
  FZ_TRY(auto site, db.site(site_id));
  if (!site) return fail(Code::not_found, {{"what", "site"}});
  FZ_TRY(auto unit, units.unit(site->unit));
  FZ_CHECK(accounts::require_branch(ctx.who, unit ? unit->path : "", "site"));

  if (!replaces.empty()) {
    FZ_TRY(auto old, get_screen(db, units, ctx.who, replaces));
    old.state = ScreenState::replaced;
    FZ_CHECK(db.put_screen(old));
    FZ_CHECK(db.remove_tokens_of(old.id));
    FZ_CHECK(ctx.record("screen.replaced", old.id));
  }
  Screen s;
  s.id = "scr-" + random_code(12);
  s.site = site->id;
  s.name = std::string(name);
  s.device = e->device;
  s.key = e->key;
  s.enrolled = ctx.now;
  FZ_CHECK(db.put_screen(s));
  e->screen = s.id;
  FZ_CHECK(db.put_enrolment(*e));
  FZ_CHECK(ctx.record("screen.enrol", s.id, {{"site", s.site}, {"device", s.device}, {"replaces", replaces}}));
  return s;
}

Result<Enrolment> enrolment_state(const Store& db, std::string_view code, std::string_view device, UtcTime now) {
  FZ_TRY(auto e, db.enrolment(code));
  // A wrong device learns nothing of a code; a confirmed one may still ask until the row is swept.
  if (!e || e->device != device || (e->expires <= now && e->screen.empty())) return fail(Code::enrolment_code);
  return *e;
}

}  // namespace fz::screens
