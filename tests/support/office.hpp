// A small office with all its keys, for tests of whatever stands on shared/trust: one root, reviewers, and a server that
// signs schedules. Everything is made in memory; times start at kOfficeNow.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "shared/crypto/hash.hpp"
#include "shared/trust/door.hpp"

namespace fz::test {

inline const UtcTime kOfficeNow = parse_time("2026-11-22T08:00:00Z").value();

struct Office {
  using Key = crypto::PrivateKey;
  std::uint64_t seed;
  int keys_made = 0;
  Key root1 = make_key(), root2 = make_key(), root3 = make_key(), online = make_key();
  Key reviewer1 = make_key(), reviewer2 = make_key(), reviewer2b = make_key(), reviewer3 = make_key();
  Key duty = make_key(), renew = make_key(), device = make_key(), stranger = make_key();
  trust::Root root;
  trust::Reviewers reviewers;
  std::int64_t counter = 100;  ///< the server's one version counter

  /// `seed`: the same keys every time; 0: other ones every time.
  explicit Office(std::uint64_t seed = 0);
  /// The next key.
  Key make_key();
  std::string root_bytes() const { return bytes(trust::kTufType, trust::write_root(root), {&root1, &root2}); }
  std::string reviewers_bytes() const { return bytes(trust::kReviewersType, trust::write_reviewers(reviewers), {&root1, &root3}); }

  static std::string bytes(std::string_view type, std::string payload, std::initializer_list<const Key*> keys) {
    return trust::write_envelope(trust::sign(type, std::move(payload), keys));
  }
  /// An approval of group "district" for region 500119 and all venues, over media(id).
  trust::Approval approval(const std::string& id) const;
  std::string approval_bytes(const trust::Approval& a) const {
    return bytes(trust::kApprovalType, trust::write_approval(a), {&reviewer1, &reviewer2});
  }
  static std::string media(const std::string& id) { return "media of " + id; }

  trust::Withdrawals withdrawals(std::int64_t version, const std::vector<std::string>& ids, UtcTime issued = kOfficeNow) const;
  std::string withdrawals_bytes(const trust::Withdrawals& w) const {
    return bytes(trust::kWithdrawalsType, trust::write_withdrawals(w), {&duty});
  }
  std::string renewal_bytes(const std::string& inner, UtcTime issued) const;

  /// "Show now, here" for an hour from kOfficeNow, in region 500119.
  trust::Alert alert(const std::string& id, const std::string& approval) const;
  std::string alert_bytes(const trust::Alert& a) const { return bytes(trust::kAlertType, trust::write_alert(a), {&online}); }

  /// A schedule for one screen as the server would sign it, numbered by the counter.
  struct Schedule {
    std::string timestamp, snapshot, targets;
  };
  Schedule schedule(const std::string& screen, UtcTime issued, const std::map<std::string, trust::TargetFile>& files = {});

  static trust::Identity identity() { return {"scr-1", "site-1", "1001", "500119", false}; }
  /// A screen that accepted root, reviewers, empty withdrawals, a schedule, and approvals of `ids`.
  trust::TrustedState screen(const std::vector<std::string>& ids, UtcTime now = kOfficeNow);
  static trust::DoorItem item(const std::string& id) { return {id, crypto::sha256_hex(media(id)), true}; }
  static trust::TrustedTime at(UtcTime now, trust::ClockTrust trust = trust::ClockTrust::attested) { return {now, trust}; }
};

}  // namespace fz::test
