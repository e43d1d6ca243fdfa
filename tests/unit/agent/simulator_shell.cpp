// What the simulator's shell does with the core's actions: a spool, a disk, a network, each with its delays and faults.
#include <algorithm>

#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
using namespace agent;
namespace {
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;
}  // namespace

void Simulator::spool(std::function<void()> write, Event done) {
  spool_free_ = std::max(spool_free_, time_) + between(1, 30);
  at(spool_free_, [this, run = run_, write = std::move(write), done = std::move(done)] {
    if (!agent_ || run != run_) return;  // killed before it was durable
    write();
    step(done);
  });
}

void Simulator::carry_out(const Action& action) {
  const auto answer_in = [&] { return server_up_ ? answer_delay : Millis{3000}; };
  std::visit(Overloaded{
                 [&](const StoreIntent& a) {
                   spool([this, a] { disk.intents.push_back(a.intent); }, IntentStored{a.intent.play, true});
                 },
                 [&](const StoreStarted& a) {
                   spool(
                       [this, a] {
                         for (auto& i : disk.intents)
                           if (i.play == a.play) {
                             i.started = a.started;
                             i.clock = a.clock;
                           }
                       },
                       Tick{});
                 },
                 [&](const StoreRecord& a) {
                   spool(
                       [this, a] {
                         if (!disk.plays.empty() && a.play.counter != disk.plays.back().counter + 1)
                           violation(Kind::plays, "a hole in the counters");
                         if (a.play.previous != (disk.plays.empty() ? std::string(64, '0') : trust::play_hash(disk.plays.back())))
                           violation(Kind::plays, "the chain is broken");
                         disk.plays.push_back(a.play);
                         std::erase_if(disk.intents, [&](const Intent& i) { return i.play == a.play.id; });
                       },
                       RecordStored{a.play.id, true});
                 },
                 [&](const DropIntent& a) {
                   spool([this, a] { std::erase_if(disk.intents, [&](const Intent& i) { return i.play == a.play; }); },
                         RecordStored{a.play, true});
                 },
                 [&](const LoadPlays& a) {
                   PlaysLoaded e;
                   for (const auto& p : disk.plays)
                     if (p.counter > a.after && e.plays.size() < a.limit) e.plays.push_back(p);
                   later(Millis{5}, e);
                 },
                 [&](const PlaysAcknowledged& a) { disk.acknowledged = a.through; },
                 [&](const TellScreen& a) {
                   at(time_ + Millis{1}, [this, a, run = screen_run_] {
                     if (run == screen_run_ && connected_) to_screen(a.message);
                   });
                 },
                 [&](const OpenItem& a) {
                   const auto it = disk.blobs.find(a.item.sha256);
                   if (it == disk.blobs.end()) return later(Millis{3}, OpenFailed{a.play, a.item.sha256, fail(Code::not_found)});
                   if (crypto::sha256_hex(std::string_view(it->second)) != a.item.sha256)
                     return later(Millis{3}, OpenFailed{a.play, a.item.sha256, fail(Code::blob_damaged)});
                   later(Millis{3}, Opened{a.play});
                   if (!connected_) return;
                   screen_.push_back({a.play, a.item.approval, a.item.sha256, a.duration, false, false, false, Millis{-1}});
                   const bool fails = faults_on_ && lucky(faults_.cue_fail_permille);
                   at(time_ + between(150, 400), [this, id = a.play, fails, run = screen_run_] {
                     if (run != screen_run_) return;
                     const auto p = std::find_if(screen_.begin(), screen_.end(), [&](const OnScreen& s) { return s.id == id; });
                     if (p == screen_.end()) return;
                     if (fails) {
                       screen_.erase(p);
                       from_screen(wire::Failed{id, "media_corrupt", "simulated"});
                     } else {
                       p->cued = true;
                       from_screen(wire::Cued{id});
                       screen_advance();
                     }
                   });
                 },
                 [&](const CloseItem&) {},
                 [&](const RestartScreen& a) {
                   if (!drop_go) violation(Kind::dark, "the screen was restarted: " + a.why);
                   crash_screen();
                 },
                 [&](const Call& a) { call(a); },
                 [&](const AbortFetches&) { ++fetches_; },
                 [&](const FetchDocument& a) {
                   DocumentReady e{a.cycle, a.sha256, {}, {}};
                   if (const auto it = disk.blobs.find(a.sha256);
                       it != disk.blobs.end() && crypto::sha256_hex(std::string_view(it->second)) == a.sha256) {
                     e.bytes = it->second;
                     return later(Millis{2}, e);
                   }
                   at(time_ + answer_in(), [this, e, a, run = run_]() mutable {
                     if (!agent_ || run != run_) return;
                     if (disk.full) {
                       e.error = fail(Code::disk_full);
                     } else if (!server_up_) {
                       e.error = fail(Code::unreachable, {{"host", "server"}});
                     } else {
                       auto r = server.answer({"GET", "/v1/blobs/" + a.sha256, "", a.token, ""}, now());
                       if (r.status != 200)
                         e.error = fail(Code::http_status, {{"status", std::to_string(r.status)}, {"url", a.sha256}});
                       else if (corrupt_answers)
                         e.error = fail(Code::blob_mismatch);
                       else
                         disk.blobs[a.sha256] = e.bytes = r.body;
                     }
                     step(e);
                   });
                 },
                 [&](const FetchMedia& a) {
                   MediaStored e{a.cycle, a.sha256, {}};
                   at(time_ + answer_in() + between(10, 5000), [this, e, a, run = run_, fetch = fetches_]() mutable {
                     if (!agent_ || run != run_) return;
                     if (fetch != fetches_) {
                       e.error = fail(Code::cancelled);
                     } else if (disk.full) {
                       e.error = fail(Code::disk_full);
                     } else if (!server_up_) {
                       e.error = fail(Code::connection_lost, {{"host", "server"}});
                     } else {
                       auto r = server.answer({"GET", "/v1/blobs/" + a.sha256, "", a.token, ""}, now());
                       if (r.status != 200)
                         e.error = fail(Code::http_status, {{"status", std::to_string(r.status)}, {"url", a.sha256}});
                       else if (corrupt_answers)
                         e.error = fail(Code::blob_mismatch);
                       else
                         disk.blobs[a.sha256] = r.body;
                     }
                     step(e);
                   });
                 },
                 [&](const ProbeMedia& a) {
                   later(between(50, 400), Probed{a.cycle, a.sha256, {}});
                 },
                 [&](const KeepBlobs& a) {
                   std::erase_if(disk.blobs, [&](const auto& b) {
                     return !a.sha256.contains(b.first) && !agent_->director().in_use().contains(b.first);
                   });
                 },
                 [&](const OpenChannel& a) {
                   if (!server_up_) return later(Millis{500}, ChannelClosed{fail(Code::unreachable)});
                   if (!server.tokens.contains(a.token))
                     return later(Millis{20}, ChannelClosed{fail(Code::http_status, {{"status", "401"}})});
                   channel_up_ = true;
                   later(Millis{20}, ChannelOpen{});
                 },
                 [&](const CloseChannel&) {},
                 [&](const SendChannel& a) {
                   if (a.text.find("\"m\":\"alert\"") != std::string::npos) alert_answers.push_back(a.text);
                   if (a.text.find("\"m\":\"status\"") != std::string::npos) {
                     server.last_status = a.text;
                     ++server.statuses;
                   }
                 },
                 [&](const SaveState& a) {
                   at(time_ + between(1, 20), [this, a, run = run_] {
                     if (!agent_ || run != run_) return;
                     if (!disk.full) disk.files[a.file] = a.text;
                     if (a.file == StateFile::set) step(SetSaved{!disk.full});
                   });
                 },
                 [&](const Alarm&) {},
             },
             action);
}

void Simulator::call(const Call& a) {
  ++calls;
  at(time_ + (server_up_ ? answer_delay : Millis{3000}), [this, a, run = run_] {
    if (!agent_ || run != run_) return;
    Answered e;
    e.id = a.id;
    e.took = answer_delay;
    if (!server_up_) {
      e.error = fail(Code::unreachable, {{"host", "server"}});
    } else {
      constexpr const char* kMethods[] = {"GET", "POST", "PUT"};
      auto r = server.answer({kMethods[static_cast<int>(a.method)], a.path, a.body, a.token, a.etag}, now());
      e.status = static_cast<unsigned>(r.status);
      e.etag = r.etag;
      e.body = std::move(r.body);
      if (corrupt_answers && e.body.size() > 10) e.body[e.body.size() / 2] = static_cast<char>(e.body[e.body.size() / 2] ^ 1);
    }
    step(e);
  });
}

}  // namespace fz::test
