// What must hold for the pages of every document at every size.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "shared/render/compose.hpp"

namespace fz::render {

inline const std::vector<Size> kShapes{{1920, 1080}, {1080, 1920}, {1280, 720}, {3840, 2160}, {1920, 384}, {512, 128}};

// The body text of all pages in order, marks and all, without spaces.
inline std::string body_of(const Plan& p, std::vector<Role> roles = {Role::body}) {
  std::string out;
  for (auto& page : p.pages)
    for (auto& op : page.ops)
      if (auto* t = std::get_if<TextOp>(&op); t && std::find(roles.begin(), roles.end(), t->role) != roles.end()) out += t->text;
  std::erase(out, ' ');
  return out;
}
// What must hold on every page of every document at every size.
inline void check_plan(const Plan& p, const std::string& what) {
  double least = is_strip(p.size) ? p.size.height * 0.25 : std::min(p.size.height * kMinGlyph, p.size.width / 9.0 * 0.917);
  for (auto& page : p.pages) {
    bool hotline = false;
    for (auto& op : page.ops) {
      auto* t = std::get_if<TextOp>(&op);
      if (!t || t->text.empty()) continue;
      EXPECT_GE(t->px * 0.918, least - 0.01) << what << " " << t->text;
      double left = t->x + empty_start(t->text) * t->px, right = t->x + t->width - empty_end(t->text) * t->px;
      EXPECT_GE(left, -0.5) << what << " " << t->text;
      EXPECT_LE(right, p.size.width + 0.5) << what << " " << t->text;
      EXPECT_GE(t->y, -0.02 * p.size.height) << what << " " << t->text;
      EXPECT_LE(t->y + t->px, p.size.height * 1.01) << what << " " << t->text;
      hotline |= t->text.find("96110") != t->text.npos;
    }
    EXPECT_TRUE(hotline) << what;
  }
}
inline std::string name(Size s) {
  return std::to_string(s.width) + "x" + std::to_string(s.height);
}
// Boxes of text lines on a page must not touch: nothing is drawn over something else.
inline void check_no_overlap(const PagePlan& page, const std::string& what) {
  std::vector<const TextOp*> texts;
  for (auto& op : page.ops)
    if (auto* t = std::get_if<TextOp>(&op); t && !t->text.empty()) texts.push_back(t);
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t j = i + 1; j < texts.size(); ++j) {
      auto &a = *texts[i], &b = *texts[j];
      if (a.text == b.text && a.role != b.role) continue;  // a shadow
      // The empty half of a closing mark's square may lie under its neighbour.
      const auto left = [](const TextOp& t) { return t.x + empty_start(t.text) * t.px; };
      const auto right = [](const TextOp& t) { return t.x + t.width - empty_end(t.text) * t.px; };
      bool apart = right(a) <= left(b) + 1 || right(b) <= left(a) + 1 || a.y + a.px * 0.94 <= b.y + 1 || b.y + b.px * 0.94 <= a.y + 1;
      EXPECT_TRUE(apart) << what << ": " << a.text << " / " << b.text;
    }
}

inline char32_t first_char(std::string_view s) {
  auto lead = static_cast<unsigned char>(s[0]);
  std::size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = n == 1 ? lead : lead & (0xffu >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) c = c << 6 | (static_cast<unsigned char>(s[i]) & 0x3f);
  return c;
}
inline char32_t last_char(std::string_view s) {
  std::size_t i = s.size() - 1;
  while (i > 0 && (static_cast<unsigned char>(s[i]) & 0xc0) == 0x80) --i;
  return first_char(s.substr(i));
}

/// No line of what is read starts or ends with a mark that may not stand there.
inline void check_line_ends(const Plan& p, const std::string& what) {
  for (auto& page : p.pages)
    for (auto& op : page.ops) {
      auto* t = std::get_if<TextOp>(&op);
      if (!t || t->text.empty() || (t->role != Role::body && t->role != Role::title)) continue;
      EXPECT_FALSE(forbidden_at_start(first_char(t->text))) << what << " " << t->text;
      EXPECT_FALSE(forbidden_at_end(last_char(t->text))) << what << " " << t->text;
    }
}

/// At most four characters a second of all that a page says; a strip says one line at a time.
inline void check_reading(const Pages& pages, const std::string& what) {
  for (int i = 0; i < pages.count(); ++i) {
    int shown = 0, lines = 0;
    for (auto& op : pages.plan().pages[static_cast<std::size_t>(i)].ops)
      if (auto* t = std::get_if<TextOp>(&op); t && t->role != Role::hotline && t->role != Role::label) {
        shown += count_chars(t->text);
        lines += t->role == Role::body;
      }
    EXPECT_GE(pages.reading_time(i).count() * kCharsPerSecond, shown * 1000) << what << " page " << i;
    EXPECT_GE(pages.reading_time(i), Millis{3000});
    if (is_strip(pages.size())) {
      EXPECT_EQ(lines, 1) << what << " page " << i;
    }
  }
}

/// `items` stand in the body text, whole, in order, and none ends with a lone character on its last line.
inline void check_items(const Plan& p, const std::vector<std::string>& items, const std::string& what) {
  std::vector<std::string> lines;
  for (auto& page : p.pages)
    for (auto& op : page.ops)
      if (auto* t = std::get_if<TextOp>(&op); t && t->role == Role::body && !t->text.empty()) lines.push_back(t->text);
  std::size_t at = 0;
  for (auto item : items) {
    std::erase(item, ' ');
    std::erase(item, '\n');
    std::string got;
    std::size_t from = at;
    while (at < lines.size() && got.size() < item.size()) {
      std::string line = lines[at++];
      std::erase(line, ' ');
      got += line;
    }
    ASSERT_EQ(got, item) << what;
    if (at - from > 1) {
      EXPECT_GE(count_chars(lines[at - 1]), 2) << what << ": a lone character: " << item;
    }
  }
  EXPECT_EQ(at, lines.size()) << what;
}

}  // namespace fz::render
