// Names of things, and the checks of names and texts that people give.
#include "server/library/library.hpp"

#include <algorithm>
#include <array>

namespace fz::library {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<Kind, 8> kKinds{{{Kind::poster, "poster"},
                                 {Kind::video, "video"},
                                 {Kind::bulletin, "bulletin"},
                                 {Kind::slogan, "slogan"},
                                 {Kind::warning, "warning"},
                                 {Kind::facts, "facts"},
                                 {Kind::layout, "layout"},
                                 {Kind::audio, "audio"}}};
constexpr Names<UploadState, 3> kUploadStates{
    {{UploadState::receiving, "receiving"}, {UploadState::done, "done"}, {UploadState::failed, "failed"}}};
constexpr Names<Processing, 3> kProcessing{
    {{Processing::pending, "pending"}, {Processing::ready, "ready"}, {Processing::failed, "failed"}}};
constexpr Names<State, 7> kStates{{{State::draft, "draft"},
                                   {State::first, "first"},
                                   {State::second, "second"},
                                   {State::final, "final"},
                                   {State::approved, "approved"},
                                   {State::withdrawn, "withdrawn"},
                                   {State::expired, "expired"}}};
constexpr Names<JobKind, 3> kJobKinds{{{JobKind::probe, "probe"}, {JobKind::render, "render"}, {JobKind::pack, "pack"}}};
constexpr Names<JobState, 4> kJobStates{
    {{JobState::queued, "queued"}, {JobState::running, "running"}, {JobState::done, "done"}, {JobState::failed, "failed"}}};

template <class E, std::size_t N>
std::string_view name_of(const Names<E, N>& names, E e) {
  const auto it = std::find_if(names.begin(), names.end(), [&](const auto& p) { return p.first == e; });
  return it == names.end() ? std::string_view() : it->second;
}
template <class E, std::size_t N>
std::optional<E> from_name(const Names<E, N>& names, std::string_view name) {
  const auto it = std::find_if(names.begin(), names.end(), [&](const auto& p) { return p.second == name; });
  return it == names.end() ? std::nullopt : std::optional(it->first);
}

/// ASCII controls, DEL, C1 controls, line and paragraph separators, and marks that turn the direction of text: a name with
/// those reads as another one.
bool has_control(std::string_view s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c == 0x7f) return true;
    const auto next = i + 1 < s.size() ? static_cast<unsigned char>(s[i + 1]) : 0;
    if (c == 0xc2 && next >= 0x80 && next <= 0x9f) return true;
    if (c == 0xe2 && i + 2 < s.size()) {
      const auto third = static_cast<unsigned char>(s[i + 2]);
      if (next == 0x80 && (third == 0xa8 || third == 0xa9 || (third >= 0xaa && third <= 0xae) || third == 0x8e || third == 0x8f))
        return true;
      if (next == 0x81 && third >= 0xa6 && third <= 0xa9) return true;
    }
  }
  return false;
}

std::string_view trim(std::string_view s) {
  const auto from = s.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(" \t\r\n") - from + 1);
}

}  // namespace

std::string_view kind_name(Kind kind) {
  return name_of(kKinds, kind);
}
bool is_text_kind(Kind kind) {
  return kind != Kind::poster && kind != Kind::video && kind != Kind::audio;
}
std::optional<Kind> kind_from_name(std::string_view name) {
  return from_name(kKinds, name);
}
std::string_view upload_state_name(UploadState state) {
  return name_of(kUploadStates, state);
}
std::string_view processing_name(Processing p) {
  return name_of(kProcessing, p);
}
std::string_view state_name(State state) {
  return name_of(kStates, state);
}
std::optional<State> state_from_name(std::string_view name) {
  return from_name(kStates, name);
}
std::string_view job_kind_name(JobKind kind) {
  return name_of(kJobKinds, kind);
}
std::string_view job_state_name(JobState state) {
  return name_of(kJobStates, state);
}

Result<std::string> check_file_name(std::string_view given) {
  if (!is_utf8(given)) return fail(Code::bad_field, {{"field", "filename"}, {"what", "UTF-8"}});
  const std::string_view name = trim(given);
  if (name.empty() || name.size() > 200) return fail(Code::bad_field, {{"field", "filename"}, {"what", "1-200 B"}});
  if (has_control(name)) return fail(Code::name_control, {{"field", "filename"}});
  if (name == "." || name == ".." || name.find('/') != std::string_view::npos || name.find('\\') != std::string_view::npos) {
    return fail(Code::name_path, {{"name", std::string(name)}});
  }
  return std::string(name);
}

Result<std::string> check_title(std::string_view given) {
  if (!is_utf8(given)) return fail(Code::bad_field, {{"field", "title"}, {"what", "UTF-8"}});
  const std::string_view title = trim(given);
  if (title.empty() || utf8_length(title) > 120) return fail(Code::bad_field, {{"field", "title"}, {"what", "1-120 字 (characters)"}});
  if (has_control(title)) return fail(Code::name_control, {{"field", "title"}});
  return std::string(title);
}

std::string part_name(std::string_view upload_id) {
  return "upload-" + std::string(upload_id);
}

}  // namespace fz::library
