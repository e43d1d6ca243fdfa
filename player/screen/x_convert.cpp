#include "player/screen/x_convert.hpp"

#include <algorithm>

#include "player/screen/rotate.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
// BT.709 limited range to full range RGB, in 1/256 (ITU-R BT.709-6, 3.4): the sums stay far inside 32 bits.
constexpr int kLuma = 298, kRedV = 459, kGreenU = -55, kGreenV = -136, kBlueU = 541;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(FZ_SANITIZE)
#define FZ_VECTOR_CLONES __attribute__((target_clones("arch=skylake-avx512", "avx2", "sse4.1", "default")))
#else
#define FZ_VECTOR_CLONES  // the sanitizers' runtime is not up yet when the loader picks a clone
#endif

FZ_VECTOR_CLONES void convert_row(const std::uint8_t* __restrict y, const std::uint8_t* __restrict u, const std::uint8_t* __restrict v,
                                  std::uint32_t* __restrict to, int pairs) {
  for (int i = 0; i < pairs; ++i) {
    int cb = u[i] - 128, cr = v[i] - 128;
    int red = kRedV * cr + 128, green = kGreenU * cb + kGreenV * cr + 128, blue = kBlueU * cb + 128;
    for (int k = 0; k < 2; ++k) {
      int luma = kLuma * (y[2 * i + k] - 16);
      int r = std::clamp((luma + red) >> 8, 0, 255), g = std::clamp((luma + green) >> 8, 0, 255),
          b = std::clamp((luma + blue) >> 8, 0, 255);
      to[2 * i + k] = static_cast<std::uint32_t>(b | g << 8 | r << 16);
    }
  }
}

// What a buffer of the sink's pool holds.
Tags& held_by(GstBuffer* buffer) {
  static const GQuark quark = g_quark_from_static_string("fz-held");
  auto* object = GST_MINI_OBJECT_CAST(buffer);
  auto* tags = static_cast<Tags*>(gst_mini_object_get_qdata(object, quark));
  if (!tags) {
    tags = new Tags{};
    gst_mini_object_set_qdata(object, quark, tags, [](gpointer p) { delete static_cast<Tags*>(p); });
  }
  return *tags;
}

// Calls `paint` with every rectangle in which `held` differs from `tags`, and brings `held` up to date.
template <class Paint>
void for_changed(Tags& held, const Tags& tags, const Regions& regions, Area area, Paint paint) {
  const bool all = held[0] != tags[0];
  if (all) paint(Rect{0, 0, area.width, area.height});
  for (std::size_t i = 1; i < kLayers && !all; ++i)
    if (held[i] != tags[i] && regions[i].width > 0) paint(regions[i]);
  held = tags;
}
}  // namespace

void to_bgrx(const ConstPlanes& from, int width, int first, int rows, std::uint8_t* to, int to_stride) {
  for (int y = first; y < first + rows; ++y) {
    auto chroma = static_cast<std::ptrdiff_t>(y / 2);
    convert_row(from.data[0] + static_cast<std::ptrdiff_t>(y) * from.stride[0], from.data[1] + chroma * from.stride[1],
                from.data[2] + chroma * from.stride[2], reinterpret_cast<std::uint32_t*>(to + static_cast<std::ptrdiff_t>(y) * to_stride),
                width / 2);
  }
}

XConverter::XConverter(Area area, int rotation) : area_(area), rotation_(rotation) {
  if (rotation_ == 0) return;
  const auto to = turned(area_, rotation_);
  const auto luma = static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height);
  turned_ = std::make_unique<std::uint8_t[]>(luma * 3 / 2 + 64);
  turned_planes_ = {{turned_.get(), turned_.get() + luma, turned_.get() + luma * 5 / 4}, {to.width, to.width / 2, to.width / 2}};
}

XConverter::~XConverter() {
  if (!pool_) return;
  gst_buffer_pool_set_active(pool_, FALSE);
  gst_object_unref(pool_);
}

GstCaps* XConverter::caps(Area area, int fps_n, int fps_d) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_BGRx, static_cast<guint>(area.width), static_cast<guint>(area.height));
  info.fps_n = fps_n;
  info.fps_d = fps_d;
  return gst_video_info_to_caps(&info);
}

// The sink offers shared memory with the X server through the usual allocation query.
bool XConverter::find_pool(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (!caps) return false;
  gst_video_info_from_caps(&info_, caps);
  GstQuery* query = gst_query_new_allocation(caps, TRUE);
  guint size = 0, least = 0, most = 0;
  if (gst_pad_query(pad, query) && gst_query_get_n_allocation_pools(query) > 0)
    gst_query_parse_nth_allocation_pool(query, 0, &pool_, &size, &least, &most);
  gst_query_unref(query);
  if (pool_) {
    GstStructure* config = gst_buffer_pool_get_config(pool_);
    gst_buffer_pool_config_set_params(config, caps, std::max<guint>(size, static_cast<guint>(info_.size)), least, 0);
    if (!gst_buffer_pool_set_config(pool_, config) || !gst_buffer_pool_set_active(pool_, TRUE)) gst_clear_object(&pool_);
  }
  gst_caps_unref(caps);
  if (!pool_) log::error("the X sink has no memory to offer");
  return pool_ != nullptr;
}

void XConverter::turn(const ConstPlanes& planes, const Tags& tags, const Regions& regions) {
  for_changed(turned_tags_, tags, regions, area_, [&](const Rect& r) { rotate_area(planes, r, area_, rotation_, turned_planes_); });
}

BufferPtr XConverter::convert(GstPad* pad, GstBuffer* frame, const ConstPlanes& planes, const Tags& tags, const Regions& regions) {
  GstBuffer* out = nullptr;
  if ((!pool_ && !find_pool(pad)) || gst_buffer_pool_acquire_buffer(pool_, &out, nullptr) != GST_FLOW_OK) return nullptr;
  BufferPtr owner(out);
  GstVideoFrame target;
  if (!gst_video_frame_map(&target, &info_, out, GST_MAP_WRITE)) return nullptr;
  auto* data = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&target, 0));
  const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&target, 0);
  if (rotation_ != 0) turn(planes, tags, regions);
  const auto source = rotation_ == 0 ? planes : readable(turned_planes_);
  for_changed(held_by(out), tags, regions, area_, [&](const Rect& on_surface) {
    const auto r = turned(on_surface, area_, rotation_);
    to_bgrx(planes_from(source, r.x, 0), r.width, r.y, r.height, data + std::ptrdiff_t{4} * r.x, stride);
  });
  gst_video_frame_unmap(&target);
  GST_BUFFER_PTS(out) = GST_BUFFER_PTS(frame);
  GST_BUFFER_DURATION(out) = GST_BUFFER_DURATION(frame);
  return owner;
}

}  // namespace fz::screen
