#include "player/screen/frame.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>

namespace fz::screen {

namespace {
constexpr std::size_t kAlign = 64;

// I420 in one block with tight rows.
struct Block {
  explicit Block(Area a) : area(a), bytes(std::make_unique<std::uint8_t[]>(size(a) + kAlign)) {}
  static std::size_t size(Area a) { return static_cast<std::size_t>(a.width) * static_cast<std::size_t>(a.height) * 3 / 2; }
  wire::Planes<std::uint8_t> planes() {
    wire::Planes<std::uint8_t> p;
    p.data[0] = bytes.get();
    p.data[1] = p.data[0] + static_cast<std::size_t>(area.width) * static_cast<std::size_t>(area.height);
    p.data[2] = p.data[1] + static_cast<std::size_t>(area.width / 2) * static_cast<std::size_t>(area.height / 2);
    p.stride[0] = area.width;
    p.stride[1] = p.stride[2] = area.width / 2;
    return p;
  }
  Area area;
  std::unique_ptr<std::uint8_t[]> bytes;
};

View view_of(std::shared_ptr<Block> block) {
  return {new_serial(), readable(block->planes()), std::move(block)};
}
GQuark painted_quark() {
  static const GQuark quark = g_quark_from_static_string("fz-painted");
  return quark;
}
template <class Byte>
wire::Planes<Byte> planes_at(Byte* data, const GstVideoInfo& info) {
  wire::Planes<Byte> p;
  for (int i = 0; i < 3; ++i) {
    p.data[i] = data + info.offset[i];
    p.stride[i] = info.stride[i];
  }
  return p;
}

void copy_plane(const std::uint8_t* from, int from_stride, std::uint8_t* to, int to_stride, int width, int rows) {
  if (from_stride == to_stride && from_stride == width) {
    std::memcpy(to, from, static_cast<std::size_t>(width) * static_cast<std::size_t>(rows));
    return;
  }
  for (int y = 0; y < rows; ++y)
    std::memcpy(to + static_cast<std::ptrdiff_t>(y) * to_stride, from + static_cast<std::ptrdiff_t>(y) * from_stride,
                static_cast<std::size_t>(width));
}
}  // namespace

std::uint64_t new_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

View Still::from_surface(const render::Surface& surface, Area area) {
  auto block = std::make_shared<Block>(area);
  auto p = block->planes();
  render::to_i420(surface, {p.data[0], p.data[1], p.data[2], p.stride[0], p.stride[1]});
  return view_of(std::move(block));
}
View Still::from_view(const View& view, Area area) {
  auto block = std::make_shared<Block>(area);
  copy_rows(view.planes, block->planes(), area, area.height);
  auto copy = view_of(std::move(block));
  copy.serial = view.serial;  // the same pixels: what was painted from the original needs no second copy
  return copy;
}
View Still::scaled(const View& view, Area from, Area to) {
  auto block = std::make_shared<Block>(to);
  auto p = block->planes();
  for (int i = 0; i < 3; ++i) {
    int shift = i == 0 ? 0 : 1, w = to.width >> shift, h = to.height >> shift, fw = from.width >> shift, fh = from.height >> shift;
    for (int y = 0; y < h; ++y) {
      const auto* row = view.planes.data[i] + static_cast<std::ptrdiff_t>(y * fh / h) * view.planes.stride[i];
      for (int x = 0; x < w; ++x) p.data[i][static_cast<std::ptrdiff_t>(y) * w + x] = row[x * fw / w];
    }
  }
  return view_of(std::move(block));
}
View Still::plain(Area area, std::uint8_t y, std::uint8_t u, std::uint8_t v) {
  auto block = std::make_shared<Block>(area);
  auto p = block->planes();
  auto luma = static_cast<std::size_t>(area.width) * static_cast<std::size_t>(area.height);
  std::memset(p.data[0], y, luma);
  std::memset(p.data[1], u, luma / 4);
  std::memset(p.data[2], v, luma / 4);
  return view_of(std::move(block));
}

Canvas::Canvas(BufferPtr buffer, const GstVideoInfo& info) : buffer_(std::move(buffer)) {
  if (gst_buffer_map(buffer_.get(), &map_, GST_MAP_READWRITE)) planes_ = planes_at(map_.data, info);
}
Canvas::~Canvas() {
  if (buffer_) gst_buffer_unmap(buffer_.get(), &map_);
}
Tags& Canvas::painted() {
  auto* object = GST_MINI_OBJECT_CAST(buffer_.get());
  auto* tags = static_cast<Tags*>(gst_mini_object_get_qdata(object, painted_quark()));
  if (!tags) {
    tags = new Tags{};
    gst_mini_object_set_qdata(object, painted_quark(), tags, [](gpointer p) { delete static_cast<Tags*>(p); });
  }
  return *tags;
}
BufferPtr Canvas::finish() {
  gst_buffer_unmap(buffer_.get(), &map_);
  return std::move(buffer_);
}

GstVideoInfo video_info(Area area) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(area.width), static_cast<guint>(area.height));
  gst_video_colorimetry_from_string(&info.colorimetry, GST_VIDEO_COLORIMETRY_BT709);
  return info;
}

FramePool::FramePool(Area area) : area_(area), info_(video_info(area)), pool_(gst_video_buffer_pool_new()) {
  GstCaps* caps = gst_video_info_to_caps(&info_);
  GstStructure* config = gst_buffer_pool_get_config(pool_);
  gst_buffer_pool_config_set_params(config, caps, static_cast<guint>(info_.size), 2, 0);
  gst_buffer_pool_set_config(pool_, config);
  gst_caps_unref(caps);
  gst_buffer_pool_set_active(pool_, TRUE);
}
FramePool::~FramePool() {
  gst_buffer_pool_set_active(pool_, FALSE);
  gst_object_unref(pool_);
}
std::unique_ptr<Canvas> FramePool::take() {
  GstBuffer* buffer = nullptr;
  if (gst_buffer_pool_acquire_buffer(pool_, &buffer, nullptr) != GST_FLOW_OK) return nullptr;
  auto canvas = std::make_unique<Canvas>(BufferPtr(buffer), info_);
  return canvas->planes().data[0] ? std::move(canvas) : nullptr;
}

MappedBuffer::MappedBuffer(GstBuffer* buffer, const GstVideoInfo& info) : buffer_(buffer) {
  if (gst_buffer_map(buffer, &map_, GST_MAP_READ)) planes_ = planes_at<const std::uint8_t>(map_.data, info);
}
MappedBuffer::~MappedBuffer() {
  if (planes_.data[0]) gst_buffer_unmap(buffer_, &map_);
}

void copy_rows(const ConstPlanes& from, const wire::Planes<std::uint8_t>& to, Area area, int rows, int brightness_percent) {
  for (int i = 0; i < 3; ++i) {
    int width = i == 0 ? area.width : area.width / 2, height = i == 0 ? rows : rows / 2;
    if (brightness_percent >= 100) {
      copy_plane(from.data[i], from.stride[i], to.data[i], to.stride[i], width, height);
      continue;
    }
    int zero = i == 0 ? 16 : 128;
    std::array<std::uint8_t, 256> dimmed{};
    for (int v = 0; v < 256; ++v)
      dimmed[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(zero + (v - zero) * brightness_percent / 100);
    for (int y = 0; y < height; ++y) {
      const auto* source = from.data[i] + static_cast<std::ptrdiff_t>(y) * from.stride[i];
      auto* target = to.data[i] + static_cast<std::ptrdiff_t>(y) * to.stride[i];
      for (int x = 0; x < width; ++x) target[x] = dimmed[source[x]];
    }
  }
}

void blend_rows(const ConstPlanes& going, const ConstPlanes& to_come, const wire::Planes<std::uint8_t>& to, Area area, int rows,
                int per_mille) {
  const auto in = static_cast<std::uint16_t>(per_mille * 256 / 1000), out = static_cast<std::uint16_t>(256 - in);
  for (int i = 0; i < 3; ++i) {
    int width = i == 0 ? area.width : area.width / 2, height = i == 0 ? rows : rows / 2;
    for (int y = 0; y < height; ++y) {
      const auto* __restrict a = going.data[i] + static_cast<std::ptrdiff_t>(y) * going.stride[i];
      const auto* __restrict b = to_come.data[i] + static_cast<std::ptrdiff_t>(y) * to_come.stride[i];
      auto* __restrict c = to.data[i] + static_cast<std::ptrdiff_t>(y) * to.stride[i];
      for (int x = 0; x < width; ++x) c[x] = static_cast<std::uint8_t>((a[x] * out + b[x] * in + 128) >> 8);
    }
  }
}

Colour colour_of(std::uint32_t rgb) {
  // ITU-R BT.709-6, 3.3 and 3.4, in limited range.
  double r = (rgb >> 16 & 255) / 255.0, g = (rgb >> 8 & 255) / 255.0, b = (rgb & 255) / 255.0;
  double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  auto byte = [](double v) { return static_cast<std::uint8_t>(std::lround(v)); };
  return {byte(16 + 219 * y), byte(128 + 224 * (b - y) / 1.8556), byte(128 + 224 * (r - y) / 1.5748)};
}
Colour dimmed(Colour c, int percent) {
  auto towards = [percent](int v, int zero) { return static_cast<std::uint8_t>(zero + (v - zero) * percent / 100); };
  return percent >= 100 ? c : Colour{towards(c.y, 16), towards(c.u, 128), towards(c.v, 128)};
}
void fill(const wire::Planes<std::uint8_t>& to, Area area, Colour colour) {
  const std::uint8_t values[3] = {colour.y, colour.u, colour.v};
  for (int i = 0; i < 3; ++i) {
    int shift = i == 0 ? 0 : 1;
    for (int y = 0; y < area.height >> shift; ++y)
      std::memset(to.data[i] + static_cast<std::ptrdiff_t>(y) * to.stride[i], values[i], static_cast<std::size_t>(area.width >> shift));
  }
}

}  // namespace fz::screen
