#include "shared/trust/staff.hpp"

#include <algorithm>
#include <set>

#include "shared/crypto/hash.hpp"
#include "shared/trust/fields.hpp"

namespace fz::trust {
using namespace fields;
namespace {

const ApproverGroup* find_group(const Reviewers& reviewers, std::string_view name) {
  for (const auto& g : reviewers.approve)
    if (g.group == name) return &g;
  return nullptr;
}
bool has(const std::vector<std::string>& list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}
std::size_t active_people(const Reviewers& list, const std::vector<std::string>& keyids) {
  std::set<std::string> people;
  for (const auto& id : keyids)
    if (const auto k = list.keys.find(id); k != list.keys.end() && !k->second.retired) people.insert(k->second.holder);
  return people.size();
}
/// Keys of the list that made a good signature, whoever they belong to.
std::set<std::string> signers_of(const Envelope& envelope, const Reviewers& reviewers) {
  KeyMap keys;
  std::vector<std::string> ids;
  for (const auto& [id, k] : reviewers.keys) {
    keys.emplace(id, k.key);
    ids.push_back(id);
  }
  return good_signers(envelope, keys, ids);
}
/// People who sign for the group and stay. One with two keys is one, and who has any key retired here does not stay.
std::size_t staying(const std::set<std::string>& signers, const Staff& staff, const ApproverGroup& group, const Reviewers& reviewers) {
  std::set<std::string> leaving, people;
  for (const auto& e : staff.left) {
    if (const auto k = reviewers.keys.find(e.keyid); k != reviewers.keys.end()) leaving.insert(k->second.holder);
  }
  for (const auto& id : signers) {
    const auto& key = reviewers.keys.at(id);
    if (!has(group.keyids, id) || leaving.contains(key.holder)) continue;
    if (key.retired && staff.issued >= *key.retired) continue;
    people.insert(key.holder);
  }
  return people.size();
}
Result<void> check_entry(const StaffEntry& entry, const Staff& staff, const ApproverGroup& group, const Reviewers& reviewers) {
  const auto key = reviewers.keys.find(entry.keyid);
  if (key == reviewers.keys.end()) return {};  // the officers removed it since: less than retired
  if (key->second.holder != entry.holder) return bad("staff", "holder");
  bool some = false;
  for (const auto& g : reviewers.approve) {
    if (!has(g.keyids, entry.keyid)) continue;
    some = true;
    if (g.group != group.group && !governs(group, g)) return refuse(Check::scope, "staff, " + staff.group + ", " + g.group);
  }
  if (!some) return refuse(Check::scope, "staff, " + staff.group + ", " + entry.holder);
  return {};
}

}  // namespace

Result<Staff> parse_staff(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "staff", "staff"));
  json::Reader r(v, "staff");
  Staff out;
  out.group = name(r, "group");
  out.version = r.integer("version", 1, kMaxVersion);
  out.reviewers = r.integer("reviewers", 1, kMaxVersion);
  out.issued = time(r, "issued");
  std::set<std::string> seen;
  if (auto* left = r.list("left", kMaxStaff)) {
    for (auto& item : *left) {
      json::Reader i(item, "left");
      StaffEntry e{sha256(i, "keyid"), name(i, "holder"), time(i, "at")};
      FZ_CHECK(finish(i, "staff"));
      if (!seen.insert(e.keyid).second) return bad("staff", "keyid");
      if (e.at > out.issued) return bad("staff", "at");
      out.left.push_back(std::move(e));
    }
  }
  FZ_CHECK(finish(r, "staff"));
  return out;
}

std::string write_staff(const Staff& s) {
  json::array left;
  for (const auto& e : s.left) left.push_back(json::object{{"keyid", e.keyid}, {"holder", e.holder}, {"at", format_time(e.at)}});
  return json::write(json::object{{"_type", "staff"},
                                  {"group", s.group},
                                  {"version", s.version},
                                  {"reviewers", s.reviewers},
                                  {"issued", format_time(s.issued)},
                                  {"left", std::move(left)}});
}

std::string staff_target(std::string_view group) {
  return std::string(kStaffTargets) + crypto::sha256_hex(group).substr(0, 16) + ".json";
}

bool governs(const ApproverGroup& above, const ApproverGroup& below) {
  const auto all = [](const auto& list, auto covers) { return std::all_of(list.begin(), list.end(), covers); };
  return all(below.regions, [&](const auto& r) { return covers_region(above.regions, r); }) &&
         all(below.venues, [&](const auto& v) { return covers_venue(above.venues, v); }) &&
         all(below.kinds, [&](const auto& k) { return covers_venue(above.kinds, k); });
}

Result<Staff> read_staff(std::string_view bytes, const Reviewers& reviewers) {
  FZ_TRY(const auto envelope, read_envelope(bytes));
  if (envelope.payload_type != kStaffType) return refuse(Check::type, envelope.payload_type);
  const auto signers = signers_of(envelope, reviewers);
  if (signers.empty()) return refuse(Check::signature, "staff");
  FZ_TRY(auto staff, parse_staff(envelope.payload));
  if (staff.reviewers > reviewers.version)
    return refuse(Check::version, "staff, reviewers " + std::to_string(staff.reviewers) + " / " + std::to_string(reviewers.version));
  const auto* group = find_group(reviewers, staff.group);
  if (group == nullptr) return refuse(Check::threshold, "staff, no group " + staff.group);
  const auto have = staying(signers, staff, *group, reviewers);
  if (have < static_cast<std::size_t>(group->threshold))
    return refuse(Check::threshold, "staff, " + staff.group + ", " + std::to_string(have) + "/" + std::to_string(group->threshold));
  for (const auto& e : staff.left) FZ_CHECK(check_entry(e, staff, *group, reviewers));
  return staff;
}

void note_staff(StaffLeft& left, const Staff& staff) {
  for (const auto& e : staff.left) {
    auto [known, fresh] = left.try_emplace(e.keyid, e.at);
    if (!fresh) known->second = std::min(known->second, e.at);
  }
}

void apply_staff(Reviewers& reviewers, const StaffLeft& left) {
  for (const auto& [id, at] : left)
    if (const auto k = reviewers.keys.find(id); k != reviewers.keys.end())
      k->second.retired = k->second.retired ? std::min(*k->second.retired, at) : at;
}

Result<void> staff_suffices(const Reviewers& after, UtcTime now) {
  const auto need = [&](const std::string& who, const std::vector<std::string>& keyids, int threshold) -> Result<void> {
    const auto have = active_people(after, keyids);
    if (have >= static_cast<std::size_t>(threshold)) return {};
    return fail(Code::bad_field,
                {{"field", who},
                 {"what", std::to_string(have) + " < " + std::to_string(threshold) +
                              "，人数不够，须先由根密钥负责人增加人员 too few would be left: the root officers add somebody first"}});
  };
  for (const auto& g : after.approve) {
    int threshold = g.threshold;
    for (const auto& p : g.raised)
      if (now < p.until) threshold = std::max(threshold, p.threshold);
    FZ_CHECK(need(g.group, g.keyids, threshold));
  }
  FZ_CHECK(need("withdraw", after.withdraw.keyids, after.withdraw.threshold));
  return need("renew", after.renew.keyids, after.renew.threshold);
}

}  // namespace fz::trust
