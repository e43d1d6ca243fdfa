#include "server/screens/screens.hpp"

namespace fz::screens {
namespace {
constexpr std::size_t kMaxStatus = 32 * 1024;
}

std::string_view screen_state_name(ScreenState state) {
  switch (state) {
    case ScreenState::active:
      return "active";
    case ScreenState::replaced:
      return "replaced";
    case ScreenState::blocked:
      return "blocked";
  }
  return "blocked";
}

Result<void> report_status(Store& db, const Screen& screen, std::string_view status, UtcTime now) {
  if (status.size() > kMaxStatus) return fail(Code::too_large, {{"limit", std::to_string(kMaxStatus) + " B"}});
  return db.set_status(screen.id, now, status);
}

Result<Screen> get_screen(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id) {
  auto missing = fail(Code::not_found, {{"what", "screen"}});
  FZ_TRY(auto screen, db.screen(id));
  if (!screen) return missing;
  FZ_TRY(auto site, db.site(screen->site));
  if (!site) return missing;
  FZ_TRY(auto unit, units.unit(site->unit));
  if (!unit) return missing;
  FZ_CHECK(accounts::require_branch(who, unit->path, "screen"));
  return *screen;
}

Result<Screen> set_state(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, ScreenState state) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  FZ_TRY(auto screen, get_screen(db, units, ctx.who, id));
  screen.state = state;
  FZ_CHECK(db.put_screen(screen));
  if (state != ScreenState::active) FZ_CHECK(db.remove_tokens_of(screen.id));
  FZ_CHECK(ctx.record("screen.state", screen.id, {{"state", screen_state_name(state)}}));
  return screen;
}

Result<Screen> clear_alarm(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  FZ_TRY(auto screen, get_screen(db, units, ctx.who, id));
  screen.clone_alarm = false;
  FZ_CHECK(db.put_screen(screen));
  FZ_CHECK(db.remove_tokens_of(screen.id));
  FZ_CHECK(ctx.record("screen.alarm_cleared", screen.id));
  return screen;
}

Result<void> sweep(Store& db, UtcTime now) {
  FZ_CHECK(db.remove_enrolments_before(now - kEnrolmentLife));
  FZ_CHECK(db.remove_challenges_before(now));
  return db.remove_tokens_before(now);
}

}  // namespace fz::screens
