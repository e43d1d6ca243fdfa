// The pure part: which campaigns hold a place, and the list that comes of them.
#include <fmt/format.h>

#include <algorithm>

#include "server/publish/publish.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/schedule/resolve.hpp"

namespace fz::publish {
namespace {

bool meets(const std::vector<std::string>& wanted, const std::vector<std::string>& have) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                       [&](const std::string& w) { return std::find(have.begin(), have.end(), w) != have.end(); });
}

/// Of a file name and of a playlist: ids come from documents that other programs made.
bool fits_a_name(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/'; });
}

class Exposing final : public schedule::ExposesOf {
 public:
  std::map<std::string, std::string, std::less<>> by_approval;
  schedule::Exposes operator()(std::string_view approval) const override {
    const auto it = by_approval.find(approval);
    if (it == by_approval.end()) return schedule::Exposes::neither;
    if (it->second == "method") return schedule::Exposes::method;
    return it->second == "case" ? schedule::Exposes::case_ : schedule::Exposes::neither;
  }
};

// Room for the playlist itself, reviewers and withdrawals.
constexpr std::size_t kMaxEntries = trust::kMaxTargetEntries - 3;

class Compiler {
 public:
  Compiler(const std::map<std::string, Approved>& approved, std::string_view venue, std::string_view region, UtcTime now)
      : approved_(approved), venue_(venue), region_(region), now_(now) {}

  // Checked when they were set; rules of a newer release that cannot be read are left out rather than stop a publication.
  void set_output(std::string_view text) {
    if (text.empty()) return;
    auto rules = schedule::parse_output_rules(text);
    if (!rules) return warn("点位的输出规则无法读取，已略去。", "A site's output rules cannot be read and were left out.");
    playlist_.output = std::move(rules->output);
    playlist_.silent = std::move(rules->silent);
    bytes_ += text.size();
  }

  void add(const campaigns::Campaign& c) {
    schedule::Slot slot = rule(c);
    std::vector<const Approved*> used;
    for (const auto& item : c.items) {
      const Approved* a = playable(c, item.item);
      if (!a) continue;
      slot.items.push_back({a->approval_id, item.duration});
      used.push_back(a);
    }
    if (slot.items.empty()) return;
    if (!fits(slot, used)) {
      warn(fmt::format("播放单已满，活动“{}”没有放入；请减少活动或内容。", c.name),
           fmt::format("The list is full, campaign \"{}\" was left out; use fewer campaigns or items.", c.name));
      return;
    }
    for (const Approved* a : used) list(*a);
    playlist_.slots.push_back(std::move(slot));
    arrange(c, c.layout, playlist_.layout);
    arrange(c, c.facts, playlist_.facts);
  }

  // Before everything else, so that there is always room.
  void add(const AlertFile& alert) {
    out_.approvals["trust/alerts/" + alert.id + ".json"] = alert.file;
    for (const Approved* a : alert.approvals) list(*a);
  }

  Compiled finish() {
    if (auto mix = schedule::check_mix(playlist_, exposing_); !mix.ok) warn(std::move(mix.zh), std::move(mix.en));
    out_.playlist = schedule::write_playlist(playlist_);
    trust::Targets all;
    all.targets = out_.media;
    all.targets.insert(out_.approvals.begin(), out_.approvals.end());
    all.playlist = crypto::sha256_hex(out_.playlist);
    out_.key = crypto::sha256_hex(trust::write_targets(all));
    return std::move(out_);
  }

 private:
  // A screen has one layout and one table of facts: those of the first campaign that names one.
  void arrange(const campaigns::Campaign& c, const std::string& item, std::string& into) {
    if (item.empty() || !into.empty()) return;
    const Approved* a = playable(c, item);
    if (!a || out_.media.size() + out_.approvals.size() + 2 > kMaxEntries) return;
    into = a->approval_id;
    list(*a);
  }
  void warn(std::string zh, std::string en) {
    if (std::find(out_.warnings_zh.begin(), out_.warnings_zh.end(), zh) != out_.warnings_zh.end()) return;
    out_.warnings_zh.push_back(std::move(zh));
    out_.warnings_en.push_back(std::move(en));
  }

  static schedule::Slot rule(const campaigns::Campaign& c) {
    schedule::Slot s;
    s.id = s.campaign = c.id;
    s.priority = c.priority;
    s.weight = c.weight;
    s.from = c.from;
    s.until = c.until;
    s.dayparts = c.dayparts;
    if (s.dayparts.empty()) s.dayparts = {{0x7f, 0, 24 * 60}};
    s.max_per_hour = c.max_per_hour;
    s.min_spacing = c.min_spacing;
    s.layer = c.layer;
    s.once = c.once;
    return s;
  }

  const Approved* playable(const campaigns::Campaign& c, const std::string& item) {
    const auto it = approved_.find(item);
    if (it == approved_.end() || it->second.approval.valid_until <= now_ || !fits_a_name(it->second.approval_id)) {
      warn(fmt::format("活动“{}”有一项内容（{}）没有有效的审核，已略去；请完成审核，或从活动中移除。", c.name, item),
           fmt::format("Campaign \"{}\" holds an item ({}) without a valid approval, which was left out; have it approved or remove it.",
                       c.name, item));
      return nullptr;
    }
    const auto& a = it->second.approval;
    if (trust::covers_venue(a.audience.venues, venue_) && trust::covers_region(a.audience.regions, region_)) return &it->second;
    warn(fmt::format("活动“{}”的内容“{}”没有批准在场所 {}、地区 {} 播放，已略去；请补充审核，或修改投放范围。", c.name, a.title, venue_,
                     region_),
         fmt::format("Campaign \"{}\": \"{}\" is not approved for venue {} in region {} and was left out; have it approved for there, or "
                     "change the campaign's target.",
                     c.name, a.title, venue_, region_));
    return nullptr;
  }

  // A generous estimate: the limits are the reader's, who refuses a list that exceeds them.
  bool fits(const schedule::Slot& slot, const std::vector<const Approved*>& used) {
    std::size_t entries = out_.media.size() + out_.approvals.size(), bytes = 512 + 80 * slot.dayparts.size();
    for (const Approved* a : used) {
      entries += 1 + a->approval.renditions.size();
      bytes += a->approval_id.size() + 40;
    }
    if (entries > kMaxEntries || playlist_.slots.size() >= schedule::kMaxSlots || bytes_ + bytes > schedule::kMaxPlaylistBytes)
      return false;
    bytes_ += bytes;
    return true;
  }

  // Every rendition: which one a screen takes is its own choice.
  void list(const Approved& a) {
    out_.approvals["trust/approvals/" + a.approval_id + ".json"] = {a.document_length, a.document_sha256};
    for (const auto& r : a.approval.renditions) out_.media["media/" + r.sha256] = {r.length, r.sha256};
    exposing_.by_approval[a.approval_id] = a.approval.exposes;
  }

  const std::map<std::string, Approved>& approved_;
  std::string_view venue_, region_;
  UtcTime now_;
  schedule::Playlist playlist_;
  Exposing exposing_;
  Compiled out_;
  std::size_t bytes_ = 64;
};

}  // namespace

bool targets(const campaigns::Campaign& campaign, const std::string& target_path, const screens::Place& place) {
  const auto& t = campaign.target;
  return !target_path.empty() && place.unit_path.starts_with(target_path) && meets(t.venues, {place.venue}) &&
         meets(t.audiences, place.audiences) && meets(t.tags, place.tags);
}

Compiled compile(const std::vector<const campaigns::Campaign*>& campaigns, const std::map<std::string, Approved>& approved,
                 std::string_view venue, std::string_view region, UtcTime now, std::string_view output,
                 const std::vector<const AlertFile*>& alerts) {
  auto order = campaigns;  // the higher class first: what does not fit any more is the least important
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->priority < b->priority; });
  Compiler compiler(approved, venue, region, now);
  compiler.set_output(output);
  for (const auto* a : alerts) compiler.add(*a);
  for (const auto* c : order) compiler.add(*c);
  return compiler.finish();
}

}  // namespace fz::publish
