#include "server/screens/screens.hpp"
#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::screens {
namespace {
constexpr std::size_t kNonceBytes = 32;

bool boot_ok(std::string_view boot) {
  return boot.size() >= 16 && boot.size() <= 64 && from_hex(boot);
}
}  // namespace

Result<std::string> make_challenge(Store& db, std::string_view device, UtcTime now) {
  FZ_TRY(auto screen, db.screen_by_device(device));
  if (!screen) return fail(Code::screen_unknown);
  auto nonce = to_hex(random_bytes(kNonceBytes));
  FZ_CHECK(db.put_challenge({crypto::sha256_hex(nonce), std::string(device), now + kChallengeLife}));
  return nonce;
}

std::string token_message(std::string_view nonce, std::string_view boot, std::string_view keyid) {
  return "fz-token-v1\n" + std::string(nonce) + "\n" + std::string(boot) + "\n" + std::string(keyid);
}

Result<Granted> grant_token(Store& db, audit::Trail& trail, std::string_view device, std::string_view nonce, std::string_view boot,
                            ByteView signature, UtcTime now) {
  if (!boot_ok(boot)) return fail(Code::bad_field, {{"field", "boot"}, {"what", "16-64 hex"}});
  FZ_TRY(auto challenge, db.take_challenge(crypto::sha256_hex(nonce)));
  if (!challenge || challenge->device != device || challenge->expires <= now) return fail(Code::challenge_ended);
  FZ_TRY(auto screen, db.screen_by_device(device));
  if (!screen) return fail(Code::screen_unknown);
  if (!crypto::verify(screen->key, as_bytes(token_message(nonce, boot, device)), signature)) return fail(Code::signature_wrong);
  if (screen->state != ScreenState::active) return fail(Code::screen_blocked);

  Granted out;
  if (screen->boot != boot) {
    FZ_TRY(bool left, db.boot_was_left(screen->id, boot));
    if (left && !screen->clone_alarm) {
      screen->clone_alarm = out.clone_alarm = true;
      FZ_CHECK(trail.append({"screen:" + screen->id, "", "screen.clone", screen->id, false, {{"device", device}}}, now));
    }
    if (!left) {  // a session that was left is never the current one again, or two copies would take turns
      if (!screen->boot.empty()) FZ_CHECK(db.leave_boot(screen->id, screen->boot, now));
      screen->boot = std::string(boot);
    }
  }
  FZ_CHECK(db.put_screen(*screen));
  out.token = accounts::make_secret();
  out.expires = now + kTokenLife;
  out.screen = *screen;
  FZ_CHECK(db.put_token({accounts::secret_hash(out.token), screen->id, std::string(boot), out.expires}));
  return out;
}

Result<Screen> authenticate(const Store& db, std::string_view token, UtcTime now) {
  FZ_TRY(auto t, db.token(accounts::secret_hash(token)));
  if (!t || t->expires <= now) return fail(Code::unauthenticated);
  FZ_TRY(auto screen, db.screen(t->screen));
  if (!screen) return fail(Code::unauthenticated);
  if (screen->state != ScreenState::active) return fail(Code::screen_blocked);
  return *screen;
}

}  // namespace fz::screens
