// Where files and documents come from, and sticks that come and go.
#include "player/agent/core/session.hpp"
#include "player/agent/shell.hpp"
#include "shared/base/log.hpp"
#include "shared/base/version.hpp"

namespace fz::agent {
namespace {

constexpr Millis kLook{2000};          // between two looks for a stick
constexpr Millis kLeaveEvery{600000};  // plays go to a stick that stays
constexpr std::string_view kModel = "fanzha";

bool by_stick(std::string_view token) {
  return token == kStickToken;
}

}  // namespace

// What no set wants any more is as old as today; parts of files that nobody waits for are gone.
void Shell::keep_blobs(std::set<std::string, std::less<>> names) {
  auto left = keep_.set(std::move(names));
  writer_->post([this, left = std::move(left)] {
    for (const auto& name : left) store_->keep(name);
    for (const auto& part : store_->parts())
      if (!keep_.holds(part))
        if (auto r = store_->remove_part(part); !r) log::warn("parts: {}", to_log(r.error()));
  });
}

// ---- where things come from ---------------------------------------------------------------------------------------------

void Shell::call(Call& c) {
  if (!by_stick(c.token)) {
    if (network_) network_->call(std::move(c));
    return;
  }
  if (!stick_worker_) return;
  stick_worker_->post([this, c = std::move(c)] { mail_.post([this, e = stick_->call(c)] { handle(e); }); });
}

void Shell::fetch(FetchDocument& what) {
  if (!by_stick(what.token)) {
    if (network_) network_->fetch(std::move(what));
    return;
  }
  if (!stick_worker_) return;
  stick_worker_->post([this, what = std::move(what)] { mail_.post([this, e = stick_->fetch(what)] { handle(e); }); });
}

// A film that lies on a stick need not come over the line.
void Shell::fetch(FetchMedia& what) {
  if (!by_stick(what.token) && !stick_here_) {
    if (network_) network_->fetch(std::move(what));
    return;
  }
  if (!stick_worker_) return;
  stick_worker_->post([this, what = std::move(what), cancel = stick_cancel_] {
    auto e = stick_->fetch(what, *cancel);
    mail_.post([this, what, e = std::move(e)] {
      const bool line = e.error && e.error->code != Code::cancelled && !by_stick(what.token) && network_;
      if (line) return network_->fetch(what);
      handle(e);
    });
  });
}

// ---- sticks -------------------------------------------------------------------------------------------------------------

void Shell::tend_sticks(Millis boot) {
  if (!stick_worker_) return;
  if (boot >= stick_due_ && !stick_looking_) {
    stick_looking_ = true;
    stick_worker_->post([this] {
      StickMirror::Visit visit;
      const auto seen = stick_->look(visit);
      mail_.post([this, seen, visit = std::move(visit)] { stick_seen(seen, visit); });
    });
  }
  if (stick_here_ && boot >= stick_plays_due_) {
    stick_plays_due_ = boot + kLeaveEvery;
    leave_plays(std::max(agent_->reporter().acknowledged(), stick_through_));
  }
}

void Shell::stick_seen(StickMirror::Seen seen, StickMirror::Visit visit) {
  stick_looking_ = false;
  stick_due_ = instant().boot + kLook;
  if (seen == StickMirror::Seen::gone) {
    log::info("the stick is gone");
    stick_here_ = false;
    stick_key_.clear();
    handle(StickGone{});
  }
  if (seen != StickMirror::Seen::came) return;
  log::info("a stick is here, {}", visit.ticket ? "with documents for this screen" : "without anything for this screen");
  stick_here_ = true;
  stick_through_ = 0;
  if (!visit.ticket) {
    if (!agent_->session().provision())
      stick_worker_->post([this, body = enrolment_request(*key_, kModel, version())] {
        if (auto r = stick_->leave_request(body); !r) log::warn("stick: {}", to_log(r.error()));
      });
    return;
  }
  const auto& t = *visit.ticket;
  stick_key_ = t.plays_key;
  stick_plays_due_ = Millis{0};
  handle(StickCame{write_provision({t.screen, t.site, t.site_name, t.venue, t.region, t.zone, true})});
  if (!visit.receipt.empty()) take_receipt(std::move(visit.receipt));
}

// The receipt names a play; what we have of that play is looked up first, so that the core can compare.
void Shell::take_receipt(std::string envelope) {
  const auto read = trust::read_envelope(envelope);
  const auto receipt = read ? trust::parse_receipt(read->payload) : Result<trust::Receipt>(read.error());
  if (!receipt) return log::warn("receipt on a stick: {}", to_log(receipt.error())), void();
  spooler_->post([this, envelope = std::move(envelope), through = receipt->through] {
    StickReceipt e{envelope, {}};
    if (auto plays = through > 0 ? spool_->plays_after(through - 1, 1) : std::vector<trust::Play>{}; plays && !plays->empty())
      e.last = std::move(plays->front());
    mail_.post([this, e = std::move(e)] {
      handle(e);
      const auto acknowledged = agent_->reporter().acknowledged();
      stick_through_ = std::min(stick_through_, acknowledged);  // a server that lost some gets them again
      stick_worker_->post([this, acknowledged] { stick_->drop_plays(acknowledged); });
    });
  });
}

// Block after block; each is a file that is written anew while it grows.
void Shell::leave_plays(std::int64_t after) {
  const std::int64_t first = stick::block_of(after + 1);
  spooler_->post([this, first, after] {
    auto plays = spool_->plays_after(first - 1, static_cast<std::size_t>(stick::kBlock));
    if (!plays) return log::error("play records: {}", to_log(plays.error())), void();
    std::erase_if(*plays, [&](const auto& p) { return p.counter >= first + stick::kBlock; });
    if (plays->empty() || plays->back().counter <= after) return;
    mail_.post([this, first, plays = std::move(*plays)] { leave_block(first, plays); });
  });
}

void Shell::leave_block(std::int64_t first, const std::vector<trust::Play>& plays) {
  const auto& provision = agent_->session().provision();
  if (!stick_here_ || stick_key_.empty() || !provision) return;
  const bool full = plays.back().counter == first + stick::kBlock - 1;
  stick_worker_->post(
      [this, first, full, last = plays.back().counter, key = stick_key_, packed = pack_plays(*key_, provision->screen, plays)] {
        const auto r = stick_->leave_plays(first, packed, key);
        if (!r) return log::warn("plays to the stick: {}", to_log(r.error())), void();
        mail_.post([this, last, full] {
          stick_through_ = std::max(stick_through_, last);
          if (full) leave_plays(last);
        });
      });
}

}  // namespace fz::agent
