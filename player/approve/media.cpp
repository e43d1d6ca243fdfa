#include "player/approve/media.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "player/approve/package.hpp"
#include "shared/base/json.hpp"
#include "shared/base/process.hpp"
#include "shared/layout/layout.hpp"
#include "shared/render/documents.hpp"

namespace fz::approve {
namespace {

Error not_as_signed(const trust::Rendition& r, std::string what) {
  return fail(Code::approve_media_hash, {{"profile", r.profile}, {"what", std::move(what)}});
}

struct Ran {
  int status = 0;
  std::string output;
};
// Runs fz-decode with the files as descriptors 3 and 4 and returns what it printed, whatever its exit status.
Result<Ran> decode(const fs::path& program, std::vector<std::string> arguments, const std::vector<fs::path>& files, Millis limit) {
  Fd out(::memfd_create("fz-approve", MFD_CLOEXEC));
  if (!out) return disk_error(errno, "memfd");
  SpawnOptions o;
  o.argv = {program.string()};
  o.argv.insert(o.argv.end(), arguments.begin(), arguments.end());
  o.fds.emplace_back(out.get(), 1);
  std::vector<Fd> opened;
  for (auto& f : files) {
    FZ_TRY(Fd fd, open_read(f));
    o.fds.emplace_back(fd.get(), 3 + static_cast<int>(opened.size()));
    opened.push_back(std::move(fd));
  }
  FZ_TRY(Process process, Process::spawn(o));
  auto status = process.wait(limit);
  if (!status) return fail(Code::timeout, {{"what", "fz-decode"}});
  struct stat st {};
  constexpr off_t kMaxOutput = 1 << 20;
  if (::fstat(out.get(), &st) != 0 || st.st_size > kMaxOutput)
    return fail(Code::process_failed, {{"program", "fz-decode"}, {"what", "output"}});
  Ran ran{*status, std::string(static_cast<std::size_t>(st.st_size), '\0')};
  if (::pread(out.get(), ran.output.data(), ran.output.size(), 0) != st.st_size) return disk_error(errno, "memfd");
  return ran;
}

// The sentence in fz-decode's last line, or its exit status.
std::string reason(const Ran& ran) {
  std::string_view text = ran.output;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  text = text.substr(text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1);
  auto v = json::parse(text);
  if (v && v->is_object()) {
    auto& o = v->get_object();
    // "Differs" is what our own sentence says already: only the place is news.
    if (auto* params = o.if_contains("params"); params && params->is_object())
      if (auto* at = params->get_object().if_contains("at_ms"); at && at->is_string())
        return "第 " + printable(std::string_view(at->get_string())) + " 毫秒附近 near that millisecond";
    if (auto* zh = o.if_contains("zh"); zh && zh->is_string()) return printable(std::string_view(zh->get_string()));
  }
  return "fz-decode: " + std::to_string(ran.status);
}

}  // namespace

Result<PrivateFolder> PrivateFolder::make() {
  std::error_code ec;
  std::string pattern = (fs::temp_directory_path(ec) / "fz-approve-XXXXXX").string();
  if (ec || !::mkdtemp(pattern.data())) return disk_error(ec ? ec.value() : errno, pattern);
  return PrivateFolder(pattern);
}
PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<RenditionCopy> RenditionCopy::begin(const trust::Rendition& expected, const fs::path& folder) {
  // fz-screen tells texts from media by the name.
  fs::path path = folder / (expected.profile + (is_text(expected) ? ".json" : ".media"));
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return disk_error(errno, path);
  return RenditionCopy(expected, std::move(path), std::move(fd));
}
Result<void> RenditionCopy::write(ByteView bytes) {
  if (bytes.size() > expected_->length - hasher_.length())
    return not_as_signed(*expected_, "> " + std::to_string(expected_->length) + " B");
  hasher_.update(bytes);
  return write_all(fd_.get(), bytes, path_);
}
Result<void> RenditionCopy::restart() {
  hasher_.finish();
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) return disk_error(errno, path_);
  return {};
}
Result<void> RenditionCopy::finish() {
  auto found = hasher_.finish();
  if (found.length != expected_->length) return not_as_signed(*expected_, std::to_string(found.length) + " B");
  if (found.sha256 != expected_->sha256) return not_as_signed(*expected_, "SHA-256 " + found.sha256);
  if (found.chunks != expected_->chunks) return not_as_signed(*expected_, "chunks");
  fd_.reset();
  return {};
}

Result<std::vector<fs::path>> copy_from_folder(const trust::Approval& approval, const fs::path& blobs, const fs::path& to) {
  std::vector<fs::path> files;
  std::vector<std::uint8_t> buffer(crypto::kChunkSize);
  for (auto& r : approval.renditions) {
    auto source = open_read(blobs / r.sha256);
    if (!source) return fail(Code::approve_media_missing, {{"profile", r.profile}, {"sha256", r.sha256}}, to_log(source.error()));
    FZ_TRY(auto copy, RenditionCopy::begin(r, to));
    for (;;) {
      ssize_t n = ::read(source->get(), buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return disk_error(errno, blobs / r.sha256);
      if (n == 0) break;
      FZ_CHECK(copy.write({buffer.data(), static_cast<std::size_t>(n)}));
    }
    FZ_CHECK(copy.finish());
    files.push_back(copy.path());
  }
  return files;
}

namespace {
// What a text says, for the reviewer's eyes. Errors: those of its reader; bad_field when it is of another type than it is said to be.
Result<std::string> words_of(const std::string& text, const std::string& mime) {
  if (mime == layout::kMediaType) {
    FZ_TRY(auto parsed, layout::parse(text));
    return layout::describe(parsed);
  }
  FZ_TRY(auto doc, render::parse_document(text));
  if (render::document_mime(doc) != mime) return fail(Code::bad_field, {{"field", "mime"}, {"what", mime}});
  return render::document_text(doc);
}
}  // namespace

Result<std::vector<Finding>> examine(const trust::Approval& approval, const std::vector<fs::path>& files, fs::path decoder, Millis limit) {
  if (decoder.empty()) decoder = program_dir() / "fz-decode";
  // A variant for another shape of screen is another picture: it is compared within itself, and the reviewer sees each.
  std::vector<std::size_t> watched(approval.renditions.size());
  for (auto& picture : pictures(approval))
    for (auto member : picture.members) watched[member] = picture.watched;
  std::vector<Finding> out;
  for (std::size_t i = 0; i < approval.renditions.size(); ++i) {
    auto& r = approval.renditions[i];
    auto unplayable = [&](std::string what) { return fail(Code::approve_unplayable, {{"profile", r.profile}, {"what", std::move(what)}}); };
    if (is_text(r)) {
      FZ_TRY(auto text, read_file(files[i], render::kMaxDocumentBytes));
      if (auto words = words_of(text, r.mime); !words) return unplayable(message(words.error(), Lang::zh));
      // A text beside other renditions of one item could say anything: it cannot be compared with a picture.
      if (approval.renditions.size() > 1) return fail(Code::approve_difference, {{"profile", r.profile}, {"what", r.mime}});
      out.push_back({r.profile, false});
      continue;
    }
    const fs::path& shown = files[watched[i]];
    bool itself = i == watched[i];
    std::vector<fs::path> inputs = itself ? std::vector{shown} : std::vector{shown, files[i]};
    std::vector<std::string> arguments =
        itself ? std::vector<std::string>{"--probe", "--full", "--declared", r.mime} : std::vector<std::string>{"--compare"};
    auto ran = decode(decoder, std::move(arguments), inputs, limit);
    if (!ran) return unplayable(message(ran.error(), Lang::zh));
    if (ran->status == 0) {
      out.push_back({r.profile, !itself});
      continue;
    }
    if (itself) return unplayable(reason(*ran));
    return fail(Code::approve_difference, {{"profile", r.profile}, {"what", reason(*ran)}});
  }
  return out;
}

Result<std::string> texts(const trust::Approval& approval, const std::vector<fs::path>& files) {
  std::string out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!is_text(approval.renditions[i])) continue;
    FZ_TRY(auto text, read_file(files[i], render::kMaxDocumentBytes));
    FZ_TRY(auto words, words_of(text, approval.renditions[i].mime));
    out += words;
  }
  return out;
}

}  // namespace fz::approve
