#include "player/agent/core/arrangement.hpp"

namespace fz::agent {
namespace {

// How long plays wait for a layout that is on its way: a screen that does not answer must not stay dark.
constexpr Millis kPatience{1500};

}  // namespace

const std::string* Arrangement::text(const std::string& approval, const Now& now, const Programme& programme, const std::string& token,
                                     Actions& out, std::string& sha256) {
  if (approval.empty() || !programme.catalogue) return nullptr;
  const auto item = programme.catalogue->find(approval);
  if (item == programme.catalogue->end() || item->second.kind != wire::CueKind::text) return nullptr;
  if (programme.door(item->second, true, now.utc)) return nullptr;
  sha256 = item->second.sha256;
  if (const auto known = texts_.find(sha256); known != texts_.end()) return &known->second;
  wanting_ = true;
  if (asked_.insert(sha256).second) out.emplace_back(FetchDocument{0, sha256, item->second.length, token});
  return nullptr;
}

void Arrangement::advance(const Now& now, const Programme& programme, std::string_view region, std::string_view site,
                          const std::string& token, Actions& out) {
  if (now.boot < due_) return;
  due_ = now.boot + Millis{1000};
  wire::Layout wanted;
  wanting_ = false;
  if (const auto* playlist = whole_ ? nullptr : programme.playlist) {
    std::string sha256;
    if (const auto* layout = text(playlist->layout, now, programme, token, out, sha256)) {
      wanted.id = sha256;
      wanted.layout = *layout;
    }
    if (const auto* facts = text(playlist->facts, now, programme, token, out, sha256)) {
      wanted.facts = *facts;
      wanted.region = region;
      wanted.site = site;
    }
  }
  if (wanting_ && !told_) return;  // known in a moment; until then the screen keeps what it has
  const auto json = wire::to_json(wire::ToScreen{wanted});
  if (told_ == json) return;
  const bool default_on_both_sides = !told_ && wanted.id.empty() && wanted.facts.empty() && on_screen_.empty();
  told_ = json;
  if (default_on_both_sides) return;
  answer_due_ = true;
  since_ = now.boot;
  out.emplace_back(TellScreen{std::move(wanted)});
}

bool Arrangement::document(const std::string& sha256, const std::string& bytes) {
  if (asked_.erase(sha256) == 0) return false;
  texts_[sha256] = bytes;
  due_ = Millis{0};
  return true;
}

void Arrangement::screen_ready(const wire::Ready& m, bool new_connection, const Now& now) {
  on_screen_ = m.layout;
  answer_due_ = false;
  if (!new_connection) return;
  told_.reset();
  due_ = Millis{0};
  since_ = now.boot;
}

bool Arrangement::pending(const Now& now) const {
  return (answer_due_ || (wanting_ && !told_)) && now.boot - since_ < kPatience;
}

}  // namespace fz::agent
