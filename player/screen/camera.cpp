#include "player/screen/camera.hpp"

#include <fcntl.h>
#include <turbojpeg.h>

#include <algorithm>
#include <memory>

#include "player/screen/presenter.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr int kPreviewWidth = 960;
constexpr std::size_t kPreviewBytes = 200 * 1000;
constexpr Ns kPreviewEvery = kNsPerS;
constexpr int kMinWidth = 160;

// A packed RGB copy, `width` pixels wide.
struct Rgb {
  int width, height, stride;
  Bytes pixels;
};

Rgb scaled(const ConstPlanes& planes, const GstVideoInfo& from, int width) {
  int full_width = GST_VIDEO_INFO_WIDTH(&from), full_height = GST_VIDEO_INFO_HEIGHT(&from);
  Rgb out{width, std::max(16, full_height * width / full_width), 0, {}};
  GstVideoInfo to;
  gst_video_info_set_format(&to, GST_VIDEO_FORMAT_RGB, static_cast<guint>(out.width), static_cast<guint>(out.height));
  out.stride = GST_VIDEO_INFO_PLANE_STRIDE(&to, 0);
  out.pixels.resize(GST_VIDEO_INFO_SIZE(&to));
  auto* converter = gst_video_converter_new(&from, &to,
                                            gst_structure_new("options", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD,
                                                              GST_TYPE_VIDEO_RESAMPLER_METHOD, GST_VIDEO_RESAMPLER_METHOD_LINEAR, nullptr));
  GstVideoFrame source{}, target{};
  source.info = from;
  target.info = to;
  for (int i = 0; i < 3; ++i) {
    source.data[i] = const_cast<std::uint8_t*>(planes.data[i]);
    source.info.stride[i] = planes.stride[i];
  }
  target.data[0] = out.pixels.data();
  gst_video_converter_frame(converter, &source, &target);
  gst_video_converter_free(converter);
  return out;
}
}  // namespace

Result<Bytes> encode_jpeg(const ConstPlanes& planes, const GstVideoInfo& info, int max_width, std::size_t max_bytes) {
  std::unique_ptr<void, int (*)(void*)> encoder(tjInitCompress(), tjDestroy);
  if (!encoder) return fail(Code::internal, {{"id", "jpeg"}}, "no encoder");
  for (int width = std::min(max_width, GST_VIDEO_INFO_WIDTH(&info)); width >= kMinWidth || width == GST_VIDEO_INFO_WIDTH(&info);
       width /= 2) {
    auto rgb = scaled(planes, info, width);
    for (int quality : {85, 70, 50, 30}) {
      unsigned char* jpeg = nullptr;
      unsigned long size = 0;
      if (tjCompress2(encoder.get(), rgb.pixels.data(), rgb.width, rgb.stride, rgb.height, TJPF_RGB, &jpeg, &size, TJSAMP_420, quality,
                      0) != 0)
        return fail(Code::internal, {{"id", "jpeg"}}, tjGetErrorStr2(encoder.get()));
      Bytes out;
      if (size <= max_bytes) out.assign(jpeg, jpeg + size);
      tjFree(jpeg);
      if (!out.empty()) return out;
    }
  }
  return fail(Code::too_large, {{"limit", std::to_string(max_bytes) + " B"}});
}

Camera::Camera() : thread_([this] { run(); }) {}

Camera::~Camera() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Camera::preview_to(fs::path folder) {
  std::lock_guard lock(mutex_);
  folder_ = std::move(folder);
}

void Camera::take(std::size_t max_bytes, std::function<void(Result<Bytes>)> done) {
  std::lock_guard lock(mutex_);
  shots_.push_back({max_bytes, std::move(done)});
}

void Camera::saw(GstBuffer* frame, const GstVideoInfo& info, std::int64_t running_time) {
  std::lock_guard lock(mutex_);
  if (busy_) return;
  bool due = !folder_.empty() && running_time >= next_preview_;
  if (!due && shots_.empty()) return;
  if (due) next_preview_ = running_time + kPreviewEvery;
  preview_due_ = due;
  frame_.reset(gst_buffer_ref(frame));
  info_ = info;
  busy_ = true;
  wake_.notify_one();
}

void Camera::run() {
  lower_priority();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || busy_; });
    if (stop_) return;
    auto frame = std::move(frame_);
    auto shots = std::exchange(shots_, {});
    bool preview = preview_due_;
    auto info = info_;
    lock.unlock();
    {
      MappedBuffer mapped(frame.get(), info);
      if (preview) write_preview(mapped.planes(), info);
      for (auto& s : shots) s.done(encode_jpeg(mapped.planes(), info, GST_VIDEO_INFO_WIDTH(&info), s.max_bytes));
    }
    frame.reset();
    lock.lock();
    busy_ = false;
  }
}

void Camera::write_preview(const ConstPlanes& planes, const GstVideoInfo& info) {
  auto jpeg = encode_jpeg(planes, info, kPreviewWidth, kPreviewBytes);
  if (!jpeg) return log::warn("preview: {}", to_log(jpeg.error()));
  // Renamed into place, not synced: a preview need not outlive a power cut, and a disk must not wear out by it.
  auto part = folder_ / "preview.jpg.part";
  auto file = Fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return log::warn("preview: {}", to_log(disk_error(errno, part)));
  auto written = write_all(file.get(), *jpeg, part);
  if (written) written = rename_file(part, folder_ / "preview.jpg");
  if (!written) log::warn("preview: {}", to_log(written.error()));
}

}  // namespace fz::screen
