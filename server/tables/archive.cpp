#include "server/tables/archive.hpp"

#include <zip.h>

#include <array>

#include "server/tables/workbook.hpp"

namespace fz::tables {
namespace {

struct Discard {
  void operator()(zip_t* z) const { zip_discard(z); }
};
struct Close {
  void operator()(zip_file_t* f) const { zip_fclose(f); }
};

}  // namespace

Error unreadable(std::string what) {
  return fail(Code::table_format, {{"what", std::move(what)}});
}

struct Archive::Impl {
  std::unique_ptr<zip_t, Discard> zip;
  std::size_t left = kMaxUnpacked;
};

Archive::Archive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive::~Archive() = default;

Result<Archive> Archive::open(std::string_view bytes) {
  zip_error_t why;
  zip_error_init(&why);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &why);
  auto impl = std::make_unique<Impl>();
  if (source) {
    impl->zip.reset(zip_open_from_source(source, ZIP_RDONLY, &why));
    if (!impl->zip) zip_source_free(source);  // else it belongs to the archive
  }
  zip_error_fini(&why);
  if (!impl->zip) return unreadable("文件已损坏，或没有传完 (the file is damaged or was not sent whole)");
  return Archive(std::move(impl));
}

bool Archive::has(const std::string& name) const {
  return zip_name_locate(impl_->zip.get(), name.c_str(), 0) >= 0;
}

Result<void> Archive::read(const std::string& name, const std::function<bool(std::string_view)>& take) {
  const std::unique_ptr<zip_file_t, Close> file(zip_fopen(impl_->zip.get(), name.c_str(), 0));
  if (!file) return unreadable("缺少 missing " + name.substr(0, 80));
  std::array<char, 32768> piece{};
  for (;;) {
    const auto n = zip_fread(file.get(), piece.data(), piece.size());
    if (n < 0) return unreadable("文件已损坏 (damaged): " + name.substr(0, 80));
    if (n == 0) return {};  // the CRC was right, too
    if (static_cast<std::size_t>(n) > impl_->left) return unreadable("解开后超过 64 MB (more than 64 MB when unpacked)");
    impl_->left -= static_cast<std::size_t>(n);
    if (!take({piece.data(), static_cast<std::size_t>(n)})) return {};
  }
}

}  // namespace fz::tables
