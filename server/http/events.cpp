#include "server/http/events.hpp"

#include <array>

#include "shared/base/log.hpp"

namespace fz::http {
namespace {

using finder::Noun;

constexpr std::array<std::string_view, 8> kNames{"items", "reviews", "screens", "plays", "campaigns", "alerts", "jobs", "publish"};

net::Frame frame(std::string_view topic, const std::string& id, UtcTime now) {
  json::object message{{"topic", topic}, {"at", format_time(now)}};
  if (!id.empty()) message["id"] = id;
  return net::text_frame(json::write(message));
}

}  // namespace

std::string_view topic_name(Topic topic) {
  return kNames.at(static_cast<std::size_t>(topic));
}

std::vector<Change> changes_of(const audit::Event& e) {
  if (e.refused) return {};
  const auto noun = std::string_view(e.action).substr(0, e.action.find('.'));
  if (noun == "item") {
    std::vector<Change> out{{Topic::items, Noun::item, e.object}};
    const auto* to = e.action == "item.unshare" ? e.details.if_contains("to") : nullptr;  // nothing else tells any more who had it
    if (to && to->is_string()) out.front().unit = std::string(to->get_string());
    if (e.action == "item.ready" || e.action == "item.failed" || e.action == "item.create" || e.action == "item.version")
      out.push_back({Topic::jobs, Noun::item, e.object});
    return out;
  }
  if (noun == "review") return {{Topic::items, Noun::item, e.object}, {Topic::reviews, Noun::item, e.object}};
  if (noun == "campaign") return {{Topic::campaigns, Noun::campaign, e.object}};
  if (noun == "alert") return {{Topic::alerts, Noun::alert, e.object}};
  if (noun == "screen") return {{Topic::screens, Noun::screen, e.object}};
  if (noun == "site") return {{Topic::screens, Noun::site, e.object}};
  if (noun == "trust") return {{Topic::publish, Noun::unit, ""}};
  return {};
}

void Events::changed(Change change) {
  const std::lock_guard lock(mutex_);
  if (clients_.empty()) return;  // who comes later reads everything first
  if (waiting_.size() >= kMostWaiting) {
    waiting_.clear();
    overflow_ = true;
  }
  if (!overflow_) waiting_.insert(std::move(change));
  changed_.notify_one();
}

void Events::heard(const std::vector<audit::Event>& events) {
  for (const auto& e : events) {
    for (auto& c : changes_of(e)) changed(std::move(c));
    if (e.action.starts_with("session.") || e.action.starts_with("account.") || e.action.starts_with("token.") ||
        e.action.starts_with("unit.")) {
      const std::lock_guard lock(mutex_);
      recheck_ = !clients_.empty();
      changed_.notify_one();
    }
  }
}

bool Events::open(const std::shared_ptr<net::WsSession>& session, accounts::Actor who, std::string token, UtcTime now) {
  {
    const std::lock_guard lock(mutex_);
    std::size_t tabs = 0;
    for (const auto& [key, client] : clients_) tabs += client.token == token ? 1 : 0;
    if (clients_.size() >= kMostClients || tabs >= kMostTabs) return false;
    clients_[session.get()] = {session, std::move(who), std::move(token)};
  }
  // Whatever happened between what the page read and now; and a first beat, so that it need not wait for one to know the channel works.
  session->send(frame("resync", "", now));
  session->send(frame("beat", "", now));
  return true;
}

void Events::closed(const net::WsSession* session) {
  const std::lock_guard lock(mutex_);
  clients_.erase(session);
}

std::size_t Events::count() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

std::vector<Events::Client> Events::clients() const {
  const std::lock_guard lock(mutex_);
  std::vector<Client> out;
  for (const auto& [key, client] : clients_) out.push_back(client);
  return out;
}

void Events::wait(Millis limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return woken_ || overflow_ || recheck_ || !waiting_.empty(); });
  woken_ = false;
}

void Events::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

Result<void> Events::add_shares(const store::Tx& tx, std::set<Change>& changes) {
  std::vector<std::string> items;
  for (const auto& c : changes)
    if (c.topic == Topic::items && !c.id.empty()) items.push_back(c.id);
  if (items.empty()) return {};
  FZ_TRY(const auto shares, tx.finder().shared_with(items));
  for (const auto& [item, unit] : shares) changes.insert({Topic::items, Noun::item, item, unit});
  return {};
}

Result<Events::Branches> Events::branches_of(const store::Tx& tx, const std::set<Change>& changes) {
  std::map<Noun, std::vector<std::string>> ids;
  for (const auto& c : changes) {
    if (!c.id.empty()) ids[c.noun].push_back(c.id);
    if (!c.unit.empty()) ids[Noun::unit].push_back(c.unit);
  }
  Branches out;
  for (const auto& [noun, list] : ids) {
    FZ_TRY(auto found, tx.finder().branches(noun, list));
    for (auto& [id, path] : found) out.emplace(std::pair(noun, id), std::move(path));
  }
  return out;
}

bool Events::concerns(const Change& c, const Branches& branches, const accounts::Actor& who) {
  if (c.id.empty()) return true;
  const auto branch = branches.find({c.noun, c.id});
  if (branch != branches.end() && who.covers(branch->second)) return true;
  const auto shared = c.unit.empty() ? branches.end() : branches.find({Noun::unit, c.unit});
  return shared != branches.end() && who.unit_path.starts_with(shared->second);
}

Result<void> Events::pass(const store::Store& store, UtcTime now, SteadyTime steady) {
  auto done = one_pass(store, now, steady);
  if (!done) {
    const std::lock_guard lock(mutex_);
    overflow_ = true;  // what was to be told now: everybody reads anew
  }
  return done;
}

Result<void> Events::one_pass(const store::Store& store, UtcTime now, SteadyTime steady) {
  std::set<Change> changes;
  bool resync = false, recheck = false;
  {
    const std::lock_guard lock(mutex_);
    changes.swap(waiting_);
    resync = std::exchange(overflow_, false);
    recheck = std::exchange(recheck_, false);
  }
  if (!changes.empty() && !resync) {
    // Sessions first: nobody who has just been moved or sent away hears any more of the branch that was his.
    if (recheck) FZ_CHECK(check_sessions(store, now, false));
    FZ_TRY(const auto branches, store.read([&](const store::Tx& tx) -> Result<Branches> {
      FZ_CHECK(add_shares(tx, changes));
      return branches_of(tx, changes);
    }));
    tell(changes, branches, false, now);
  } else if (resync) {
    tell({}, {}, true, now);
  } else if (recheck) {
    FZ_CHECK(check_sessions(store, now, false));
  }
  if (steady < next_beat_) return {};
  next_beat_ = steady + kBeat;
  return check_sessions(store, now, true);
}

void Events::tell(const std::set<Change>& changes, const Branches& branches, bool resync, UtcTime now) {
  const auto everybody = clients();
  if (resync) {
    const auto one = frame("resync", "", now);
    for (const auto& client : everybody) client.session->send(one);
    return;
  }
  // Consoles of the same branch hear the same.
  std::map<std::string, std::vector<net::Frame>> frames;
  for (const auto& client : everybody) {
    const auto [at, fresh] = frames.try_emplace(client.who.unit_path);
    if (fresh) {
      std::map<Topic, std::pair<std::string, int>> seen;  // the id, and how many
      for (const auto& c : changes) {
        if (!concerns(c, branches, client.who)) continue;
        auto& [id, count] = seen[c.topic];
        if (count == 0 || id != c.id) count += c.id.empty() || c.noun == Noun::site ? 2 : 1;  // the screens of a site are many
        id = c.id;
      }
      for (const auto& [topic, what] : seen) at->second.push_back(frame(topic_name(topic), what.second == 1 ? what.first : "", now));
    }
    for (const auto& f : at->second) client.session->send(f);
  }
}

Result<void> Events::check_sessions(const store::Store& store, UtcTime now, bool beat) {
  const auto one = frame("beat", "", now);
  for (auto& client : clients()) {
    auto who = store.read([&](const store::Tx& tx) { return accounts::authenticate(tx.accounts(), client.token, now); });
    if (!who) {
      if (who.error().code == Code::io || who.error().code == Code::disk_full) return std::move(who).error();
      closed(client.session.get());
      client.session->close(4001, "the session has ended");
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      const auto at = clients_.find(client.session.get());
      if (at != clients_.end() && at->second.who.unit_path != who->actor.unit_path) at->second.who = who->actor;  // the person was moved
    }
    if (beat) client.session->send(one);
  }
  return {};
}

}  // namespace fz::http
