// A printing press: a store, the offices' keys, a blob folder and a publisher; and screens that take what it prints.
#pragma once
#include <gtest/gtest.h>

#include "server/publish/publish.hpp"
#include "tests/support/office.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/town_hall.hpp"

namespace fz::publish {

struct Press {
  test::TownHall hall;
  test::Office office;
  test::TempDir blob_dir;
  std::unique_ptr<blob::Store> blobs = blob::Store::open(blob_dir.path() / "blobs").value();
  std::unique_ptr<Publisher> publisher;
  UtcTime now = test::kOfficeNow;
  bool fail_commit = false;

  Press() { restart(); }
  void restart() { publisher = std::make_unique<Publisher>(key(office.online), *blobs, writer()); }
  static crypto::PrivateKey key(const crypto::PrivateKey& k) { return crypto::PrivateKey::from_seed(k.seed()).value(); }
  Publisher::Write writer() {
    return [this](const std::function<Result<Delta>(const Tables&)>& make) {
      return hall.write([&](store::Tx& tx) -> Result<Delta> {
        FZ_TRY(auto delta, make(tx.publishing()));
        if (fail_commit) return fail(Code::disk_full);
        return delta;
      });
    };
  }
  template <class F>
  void change(F&& f) {
    hall.write([&](store::Tx& tx) -> Result<void> { return f(tx); }).value();
  }
  void load() {
    hall.read([&](const store::Tx& tx) { return publisher->load(const_cast<store::Tx&>(tx).publishing(), now); }).value();
  }
  Delta run() { return publisher->run(now).value(); }

  void put_trust(const std::string& name, const std::string& bytes, std::int64_t version = 1) {
    change([&](store::Tx& tx) { return tx.review().put_trust_document(name, bytes, version); });
  }
  void put_root() {
    put_trust("root", office.root_bytes(), office.root.version);
    put_trust("root." + std::to_string(office.root.version), office.root_bytes(), office.root.version);
  }
  void put_withdrawals(std::int64_t version, const std::vector<std::string>& ids) {
    const auto w = office.withdrawals(version, ids, now);
    put_trust("withdrawals", office.withdrawals_bytes(w), version);
    for (const auto& item : w.items) change([&](store::Tx& tx) { return tx.review().add_withdrawal(item); });
  }
  /// Root, reviewers, an empty withdrawals document.
  void open_office() {
    put_root();
    put_trust("reviewers", office.reviewers_bytes());
    put_withdrawals(1, {});
  }
  /// Item "item-<id>", approved as `id`.
  void approve(const std::string& id, const std::function<void(trust::Approval&)>& edit = {}) {
    auto a = office.approval(id);
    if (edit) edit(a);
    const auto envelope = office.approval_bytes(a);
    change([&](store::Tx& tx) -> Result<void> {
      library::Item item;
      item.id = "item-" + id;
      item.unit = "500119";
      item.owner = item.author = "a-clerk";
      item.title = a.title;
      item.source = a.renditions[0].sha256;
      FZ_CHECK(tx.library().put_item(item));
      return tx.review().put_approval(
          {id, item.id, 1, envelope, crypto::sha256_hex(std::string_view(envelope)), true, a.valid_from, a.valid_until, std::nullopt});
    });
  }
  campaigns::Campaign campaign(const std::string& id, const std::vector<std::string>& approvals) const {
    campaigns::Campaign c;
    c.id = id;
    c.unit = "500119";
    c.author = "a-publisher";
    c.name = "反诈宣传 " + id;
    c.state = campaigns::State::active;
    c.from = schedule::parse_date("2026-11-01").value();
    c.until = schedule::parse_date("2027-03-31").value();
    for (const auto& a : approvals) c.items.push_back({"item-" + a, Seconds{15}});
    c.target.unit = "500119";
    c.created = c.updated = now;
    return c;
  }
  void put(const campaigns::Campaign& c) {
    change([&](store::Tx& tx) { return tx.campaigns().put_campaign(c); });
  }
  void put_site(const std::string& id, const std::string& venue = "1001") {
    screens::Site s;
    s.id = id;
    s.unit = "500119";
    s.name = id;
    s.region = "500119";
    s.venue = venue;
    change([&](store::Tx& tx) { return tx.screens().put_site(s); });
  }
  screens::Screen put_screen(const std::string& id, const std::string& site, std::vector<std::string> tags = {},
                             screens::ScreenState state = screens::ScreenState::active) {
    screens::Screen s;
    s.id = s.name = id;
    s.site = site;
    s.tags = std::move(tags);
    s.state = state;
    s.key = {std::string(crypto::kEd25519), Bytes(32, 1)};
    s.device = crypto::sha256_hex(std::string_view(id));
    s.enrolled = now;
    change([&](store::Tx& tx) { return tx.screens().put_screen(s); });
    return s;
  }
  /// An alert of an hour for all screens of the branch, over the card approved as `approval`.
  alerts::Alert alert(const std::string& id, const std::string& approval) {
    alerts::Alert a;
    a.id = id;
    a.unit = "500119";
    a.author = "a-duty";
    a.title = id;
    a.what.item = "item-" + approval;
    a.what.target.unit = "500119";
    a.document = office.alert(id, approval);
    a.created = now;
    return a;
  }
  void put(const alerts::Alert& a) {
    change([&](store::Tx& tx) { return tx.alerts().put_alert(a); });
  }
  std::string blob(const std::string& sha256) {
    EXPECT_TRUE(publisher->current()->is_public_blob(sha256)) << sha256;
    return blobs->read(sha256, trust::kMaxTargets).value();
  }
};

/// A screen that follows the chain as the agent does. Every step must be accepted.
struct Follower {
  Press& press;
  std::string id;
  trust::TrustedState state;
  schedule::Playlist playlist;
  std::int64_t last_timestamp = 0, last_snapshot = 0, last_targets = 0;

  Follower(Press& p, std::string screen, const std::string& site = "site-1", const std::string& venue = "1001")
      : press(p),
        id(std::move(screen)),
        state(trust::TrustedState::init(p.office.root_bytes(), {id, site, venue, "500119", false}).value()) {}

  std::string metadata(const std::string& name) const {
    const auto published = press.publisher->current();
    const auto it = published->metadata.find(name);
    EXPECT_NE(it, published->metadata.end()) << name;
    return it == published->metadata.end() ? "" : it->second->bytes;
  }
  /// One cycle; false if the timestamp was known.
  bool sync() {
    const auto published = press.publisher->current();
    for (;;) {
      const auto next = published->metadata.find(std::to_string(state.root().value.version + 1) + ".root.json");
      if (next == published->metadata.end()) break;
      state.update_root(next->second->bytes).value();
    }
    state.check_root(press.now).value();
    const bool fresh = state.update_timestamp(published->timestamps.at(id)->bytes, press.now).value();
    if (const auto want = state.wanted_snapshot())
      state.update_snapshot(metadata(std::to_string(want->version) + ".snapshot.json"), press.now).value();
    if (const auto want = state.wanted_targets())
      state.update_targets(metadata(std::to_string(want->version) + ".targets.json"), press.now).value();
    const auto& targets = state.targets()->value;
    const auto take = [&](const std::string& name) {
      const auto& file = targets.targets.at(name);
      auto bytes = press.blob(file.sha256);
      EXPECT_EQ(bytes.size(), file.length) << name;
      return bytes;
    };
    state.update_reviewers(take("trust/reviewers.json"), press.now).value();
    if (targets.targets.contains("trust/withdrawals.json"))
      state.update_withdrawals(take("trust/withdrawals.json"), trust::Source::polled, press.now).value();
    std::set<std::string, std::less<>> keep;
    for (const auto& [name, file] : targets.targets) {
      if (!name.starts_with("trust/approvals/")) continue;
      state.add_approval(take(name), press.now).value();
      keep.insert(name.substr(16, name.size() - 16 - 5));
    }
    state.forget_approvals(keep);
    playlist = schedule::parse_playlist(take("playlist/" + targets.playlist)).value();
    for (const auto& slot : playlist.slots)
      for (const auto& item : slot.items) EXPECT_TRUE(keep.contains(item.approval)) << "its approval is delivered with it";
    expect_rising();
    return fresh;
  }
  void expect_rising() {
    const auto timestamp = state.timestamp()->value.version, snapshot = state.snapshot()->value.version,
               targets = state.targets()->value.version;
    EXPECT_GE(timestamp, last_timestamp);
    EXPECT_GE(snapshot, last_snapshot);
    EXPECT_GE(targets, last_targets);
    std::tie(last_timestamp, last_snapshot, last_targets) = std::tie(timestamp, snapshot, targets);
  }
  std::set<std::string> approvals() const {
    std::set<std::string> out;
    for (const auto& slot : playlist.slots)
      for (const auto& item : slot.items) out.insert(item.approval);
    return out;
  }
  Result<void> may_show(const std::string& approval) const {
    return trust::may_show(test::Office::item(approval), state, {press.now, trust::ClockTrust::attested});
  }
};

}  // namespace fz::publish
