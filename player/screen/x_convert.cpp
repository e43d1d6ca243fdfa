#include "player/screen/x_convert.hpp"

#include <algorithm>

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

GQuark base_quark() {
  static const GQuark quark = g_quark_from_static_string("fz-base");
  return quark;
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

BufferPtr XConverter::convert(GstPad* pad, GstBuffer* frame, const ConstPlanes& planes, std::uint64_t base, int rows) {
  GstBuffer* out = nullptr;
  if ((!pool_ && !find_pool(pad)) || gst_buffer_pool_acquire_buffer(pool_, &out, nullptr) != GST_FLOW_OK) return nullptr;
  BufferPtr owner(out);
  GstVideoFrame target;
  if (!gst_video_frame_map(&target, &info_, out, GST_MAP_WRITE)) return nullptr;
  auto* data = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&target, 0));
  int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&target, 0);
  auto* object = GST_MINI_OBJECT_CAST(out);
  bool held = GPOINTER_TO_SIZE(gst_mini_object_get_qdata(object, base_quark())) == base;
  int first = held ? rows & ~1 : 0;
  to_bgrx(planes, area_.width, first, area_.height - first, data, stride);
  gst_video_frame_unmap(&target);
  gst_mini_object_set_qdata(object, base_quark(), GSIZE_TO_POINTER(base), nullptr);
  GST_BUFFER_PTS(out) = GST_BUFFER_PTS(frame);
  GST_BUFFER_DURATION(out) = GST_BUFFER_DURATION(frame);
  return owner;
}

}  // namespace fz::screen
