#include "server/app/housekeeper.hpp"

#include <pthread.h>
#include <systemd/sd-daemon.h>

#include "server/audit/export.hpp"
#include "shared/base/log.hpp"

namespace fz::app {
namespace {

void log_failure(std::string_view what, const Result<void>& r) {
  if (!r) log::warn("{}: {}", what, to_log(r.error()));
}

}  // namespace

Housekeeper::Housekeeper(http::App& app) : app_(app) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "housekeeper");
}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
  write_statuses();
  log_failure("checkpoint", app_.store.checkpoint());
}

void Housekeeper::run() {
  for (std::uint64_t second = 0;; ++second) {
    every_second();
    if (second % 5 == 4) log_failure("checkpoint", app_.store.checkpoint());
    if (second % 60 == 30) every_minute();
    if (second % 3600 == 0) every_hour();
    std::unique_lock lock(mutex_);
    if (stop_.wait_for(lock, Seconds{1}, [this] { return stopping_; })) return;
  }
}

// Consoles hear of it when it can be read, not before.
void Housekeeper::write_statuses() {
  const auto changed = app_.board.flush(app_.store);
  if (!changed) return log::warn("status: {}", to_log(changed.error()));
  for (const auto& screen : *changed) app_.events.changed({http::Topic::screens, finder::Noun::screen, screen});
}

void Housekeeper::every_second() {
  write_statuses();
  log_failure("alerts", app_.alerts.flush(app_.store));
  if (app_.alerts.forget_ended(app_.clock.wall())) http::publish_quietly(app_, "an alert's end");
  ::sd_notify(0, "WATCHDOG=1");  // this thread uses the database's lock every second: if that hangs, systemd knows
}

void Housekeeper::every_minute() {
  const auto now = app_.clock.wall();
  log_failure("sweep", app_.store.write([&](store::Tx& tx) -> Result<void> {
    FZ_CHECK(accounts::sweep(tx.accounts(), now, app_.settings.sessions));
    return screens::sweep(tx.screens(), now);
  }));
  log_failure("uploads", sweep_uploads(app_, now));
  const auto renewed = app_.publisher.renew(now);
  if (!renewed) {
    // Before the key ceremony there is nothing to renew, and that is no fault.
    if (renewed.error().code != Code::root_missing && renewed.error().code != Code::reviewers_missing)
      log::warn("renew: {}", to_log(renewed.error()));
  } else if (renewed->timestamps_signed > 0) {
    log::info("renewed {} timestamps", renewed->timestamps_signed);
  }
}

void Housekeeper::every_hour() {
  const auto who = accounts::system_actor();
  const auto now = app_.clock.wall();
  const auto expired = app_.store.write([&](store::Tx& tx) { return review::expire(tx.reviewing(), tx.context(who, now)); });
  if (!expired)
    log::warn("expire: {}", to_log(expired.error()));
  else if (*expired > 0)
    http::publish_quietly(app_, "expiry");
  const auto signed_today =
      app_.store.write([&](store::Tx& tx) { return audit::daily_checkpoint(tx.audit(), app_.publisher.online_key(), now); });
  if (!signed_today) log::warn("audit checkpoint: {}", to_log(signed_today.error()));
  const auto dropped =
      app_.store.write([&](store::Tx& tx) { return tx.library().drop_packs(now - library::kPackLife, library::kMaxPackBytes); });
  if (!dropped) log::warn("packs: {}", to_log(dropped.error()));
  if (const auto swept = sweep_blobs(app_); !swept)
    log::warn("sweep: {}", to_log(swept.error()));
  else if (*swept > 0)
    log::info("{} blobs that nothing names are removed", *swept);
}

Result<void> sweep_uploads(http::App& app, UtcTime now) {
  FZ_TRY(const auto ended, app.store.read([&](const store::Tx& tx) { return tx.library().expired_uploads(now); }));
  for (const auto& upload : ended) {
    if (!app.uploads.begin(upload.id)) continue;  // bytes are arriving just now: its end moves
    // The row first: a part without a row is found below, a row without a part would promise bytes that are gone.
    auto gone = app.store.write([&](store::Tx& tx) { return tx.library().remove_upload(upload.id); });
    if (gone) gone = app.blobs.remove_part(library::part_name(upload.id));
    app.uploads.end(upload.id);
    FZ_CHECK(gone);
  }
  return {};
}

Result<int> sweep_blobs(http::App& app, Millis age) {
  // In this order: what is stored or named after the list was made is too new to go.
  const auto all = app.blobs.list();
  const auto published = app.publisher.current();
  FZ_TRY(const auto unnamed, app.store.read([&](const store::Tx& tx) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    for (const auto& blob : all) {
      FZ_TRY(const bool used, tx.library().blob_is_used(blob.sha256));
      if (!used && !published->is_public_blob(blob.sha256)) out.push_back(blob.sha256);
    }
    return out;
  }));
  int removed = 0;
  for (const auto& name : unnamed) {
    FZ_TRY(const bool gone, app.blobs.remove_unless_newer(name, age));
    removed += gone ? 1 : 0;
  }
  return removed;
}

}  // namespace fz::app
