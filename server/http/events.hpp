// The live channel of the consoles (GET /v1/events): who has one open, and what changed on whose branch. Messages: README.md.
// Thread-safe. Changes are put down from anywhere in no time; one thread resolves and sends them (EventPump of server/app).
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "server/store/store.hpp"
#include "shared/net/server.hpp"

namespace fz::http {

enum class Topic : std::uint8_t { items, reviews, screens, plays, campaigns, alerts, jobs, publish };
std::string_view topic_name(Topic topic);

/// Something of this noun changed; whose branch it is, is looked up when it is told. An empty id: everybody is told (of what
/// belongs to no branch: the keys).
struct Change {
  Topic topic = Topic::items;
  finder::Noun noun = finder::Noun::item;
  std::string id;
  std::string unit{};  ///< an item that is shared with this unit, or was until now: it and everybody below it hear, too
  auto operator<=>(const Change&) const = default;
};
/// What an entry of the trail means for the consoles; may be nothing. Pure.
std::vector<Change> changes_of(const audit::Event& event);

class Events {
 public:
  static constexpr std::size_t kMostWaiting = 20'000;  ///< changes between two passes; more: everybody reads anew
  static constexpr std::size_t kMostClients = 2'000;
  static constexpr std::size_t kMostTabs = 40;  ///< of one session
  static constexpr Millis kPause{500};          ///< between two passes: at most two messages a second of a topic
  static constexpr Millis kBeat{20'000};

  // ---- by those who change something
  void changed(Change change);
  /// After a commit (store::Store::on_recorded).
  void heard(const std::vector<audit::Event>& events);

  // ---- by the sockets
  /// The first messages are `resync` and `beat`. False: there are too many already.
  bool open(const std::shared_ptr<net::WsSession>& session, accounts::Actor who, std::string token, UtcTime now);
  void closed(const net::WsSession* session);
  std::size_t count() const;

  // ---- by the one thread
  /// Until something is to be told, or `limit`, or wake().
  void wait(Millis limit);
  void wake();
  /// Tells every console what changed on its branch, and looks after the sessions: one that has ended is closed, the others get a
  /// beat when it is due. Errors: of the store; the next pass then has everybody read anew.
  Result<void> pass(const store::Store& store, UtcTime now, SteadyTime steady);

 private:
  struct Client {
    std::shared_ptr<net::WsSession> session;
    accounts::Actor who;
    std::string token;
  };
  using Branches = std::map<std::pair<finder::Noun, std::string>, std::string>;  ///< -> path of the unit
  Result<void> one_pass(const store::Store& store, UtcTime now, SteadyTime steady);
  static Result<void> add_shares(const store::Tx& tx, std::set<Change>& changes);
  static Result<Branches> branches_of(const store::Tx& tx, const std::set<Change>& changes);
  static bool concerns(const Change& change, const Branches& branches, const accounts::Actor& who);
  void tell(const std::set<Change>& changes, const Branches& branches, bool resync, UtcTime now);
  Result<void> check_sessions(const store::Store& store, UtcTime now, bool beat);
  std::vector<Client> clients() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<const net::WsSession*, Client> clients_;
  std::set<Change> waiting_;
  bool overflow_ = false, recheck_ = false, woken_ = false;
  SteadyTime next_beat_{};  ///< of the one thread
};

}  // namespace fz::http
