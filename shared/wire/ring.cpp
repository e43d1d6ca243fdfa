#include "shared/wire/ring.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fz::wire {

namespace {
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kMaxRingBytes = std::size_t{1} << 30;
constexpr std::int64_t kMaxDuration = 3'600'000'000'000;           // ns: one hour
constexpr std::int64_t kMaxPts = std::int64_t{48} * kMaxDuration;  // ns: two days

struct SlotHeader {
  std::int64_t pts_ns;
  std::int64_t duration_ns;
};

Error io_error(const char* what) {
  return fail(Code::io, {{"path", what}, {"what", std::strerror(errno)}});
}
void signal_event(int fd) {
  std::uint64_t one = 1;
  // A full counter (EAGAIN) is readable already: the other end will wake.
  [[maybe_unused]] auto ignored = ::write(fd, &one, sizeof one);
}
void clear_event(int fd) {
  // Polled first: a peer could have made the shared descriptor blocking.
  pollfd p{fd, POLLIN, 0};
  std::uint64_t count;
  if (::poll(&p, 1, 0) == 1) [[maybe_unused]]
    auto ignored = ::read(fd, &count, sizeof count);
}
}  // namespace

// What each end writes lies on its own cache line. The geometry is not here on purpose.
struct RingMap::Header {
  alignas(64) std::atomic<std::uint64_t> video_written;
  alignas(64) std::atomic<std::uint64_t> audio_written;
  alignas(64) std::atomic<std::uint32_t> state;
  alignas(64) char error[64];
  alignas(2048) std::atomic<std::uint64_t> video_read;
  alignas(64) std::atomic<std::uint64_t> audio_read;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

std::size_t RingGeometry::frame_bytes() const {
  return static_cast<std::size_t>(stride_y()) * static_cast<std::size_t>(height) +
         static_cast<std::size_t>(stride_uv()) * static_cast<std::size_t>(height / 2) * 2;
}
std::size_t RingGeometry::total_bytes() const {
  return kHeaderBytes + slot_bytes() * static_cast<std::size_t>(slots) + static_cast<std::size_t>(audio_frames) * 4;
}

Result<void> check(const RingGeometry& g) {
  auto wrong = [](const char* field, const char* what) { return fail(Code::bad_field, {{"field", field}, {"what", what}}); };
  if (g.width < 16 || g.width > 8192 || g.width % 2) return wrong("width", "16...8192, even");
  if (g.height < 16 || g.height > 8192 || g.height % 2) return wrong("height", "16...8192, even");
  if (g.slots < 2 || g.slots > 64) return wrong("slots", "2...64");
  if (g.audio_frames < 0 || g.audio_frames > 480000) return wrong("audio_frames", "0...480000");
  if (g.total_bytes() > kMaxRingBytes) return wrong("slots", "ring <= 1 GiB");
  return {};
}

Result<Fd> make_ring(const RingGeometry& g) {
  FZ_CHECK(check(g));
  Fd fd(::memfd_create("fz-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(g.total_bytes())) != 0) return io_error("memfd");
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return io_error("memfd seals");
  return fd;
}
Result<Fd> make_event() {
  Fd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) return io_error("eventfd");
  return fd;
}

RingMap::RingMap(RingMap&& o) noexcept
    : g_(o.g_), base_(std::exchange(o.base_, nullptr)), ring_(std::move(o.ring_)), data_(std::move(o.data_)), space_(std::move(o.space_)) {}
RingMap& RingMap::operator=(RingMap&& o) noexcept {
  if (this != &o) {
    if (base_) ::munmap(base_, g_.total_bytes());
    g_ = o.g_;
    base_ = std::exchange(o.base_, nullptr);
    ring_ = std::move(o.ring_);
    data_ = std::move(o.data_);
    space_ = std::move(o.space_);
  }
  return *this;
}
RingMap::~RingMap() {
  if (base_) ::munmap(base_, g_.total_bytes());
}
Result<void> RingMap::open(Fd ring, Fd data, Fd space, const RingGeometry& g) {
  FZ_CHECK(check(g));
  struct stat st {};
  if (::fstat(ring.get(), &st) != 0) return io_error("ring");
  if (static_cast<std::uint64_t>(st.st_size) != g.total_bytes())
    return fail(Code::bad_field, {{"field", "ring"}, {"what", "size"}}, std::to_string(st.st_size) + " bytes");
  void* p = ::mmap(nullptr, g.total_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, ring.get(), 0);
  if (p == MAP_FAILED) return io_error("ring");
  base_ = static_cast<std::uint8_t*>(p);
  g_ = g;
  ring_ = std::move(ring);
  data_ = std::move(data);
  space_ = std::move(space);
  return {};
}
std::uint8_t* RingMap::slot(std::uint64_t n) const {
  return base_ + kHeaderBytes + g_.slot_bytes() * static_cast<std::size_t>(n % static_cast<std::uint64_t>(g_.slots));
}
std::int16_t* RingMap::audio() const {
  return reinterpret_cast<std::int16_t*>(base_ + kHeaderBytes + g_.slot_bytes() * static_cast<std::size_t>(g_.slots));
}

namespace {
template <class Byte>
Planes<Byte> planes_at(Byte* frame, const RingGeometry& g) {
  Planes<Byte> p;
  p.stride[0] = g.stride_y();
  p.stride[1] = p.stride[2] = g.stride_uv();
  p.data[0] = frame;
  p.data[1] = frame + static_cast<std::size_t>(g.stride_y()) * static_cast<std::size_t>(g.height);
  p.data[2] = p.data[1] + static_cast<std::size_t>(g.stride_uv()) * static_cast<std::size_t>(g.height / 2);
  return p;
}
}  // namespace

// ---- the decoder's end

Result<RingWriter> RingWriter::open(Fd ring, Fd data, Fd space, const RingGeometry& g) {
  RingWriter w;
  FZ_CHECK(w.RingMap::open(std::move(ring), std::move(data), std::move(space), g));
  return w;
}
std::uint64_t RingWriter::frames_read() const {
  auto slots = static_cast<std::uint64_t>(g_.slots);
  auto read = header()->video_read.load(std::memory_order_acquire);
  auto least = video_written_ > slots ? video_written_ - slots : 0;
  return std::clamp(read, least, video_written_);
}
std::optional<Planes<std::uint8_t>> RingWriter::begin_frame() {
  if (video_written_ - frames_read() >= static_cast<std::uint64_t>(g_.slots)) return std::nullopt;
  return planes_at(slot(video_written_) + 64, g_);
}
void RingWriter::commit_frame(std::int64_t pts_ns, std::int64_t duration_ns) {
  SlotHeader h{pts_ns, duration_ns};
  std::memcpy(slot(video_written_), &h, sizeof h);
  header()->video_written.store(++video_written_, std::memory_order_release);
  auto starting = static_cast<std::uint32_t>(RingState::starting);
  header()->state.compare_exchange_strong(starting, static_cast<std::uint32_t>(RingState::ready));
  wake();
}
std::size_t RingWriter::audio_room() const {
  auto capacity = static_cast<std::uint64_t>(g_.audio_frames);
  auto read = header()->audio_read.load(std::memory_order_acquire);
  auto least = audio_written_ > capacity ? audio_written_ - capacity : 0;
  return static_cast<std::size_t>(capacity - (audio_written_ - std::clamp(read, least, audio_written_)));
}
void RingWriter::write_audio(std::span<const std::int16_t> samples) {
  auto capacity = static_cast<std::size_t>(g_.audio_frames);
  if (capacity == 0) return;
  std::size_t frames = samples.size() / 2, from = 0;
  if (frames > capacity) from = frames - capacity;  // only the newest would survive
  std::uint64_t at = audio_written_ + from;
  while (from < frames) {
    auto offset = static_cast<std::size_t>(at % capacity);
    auto n = std::min(frames - from, capacity - offset);
    std::memcpy(audio() + offset * 2, samples.data() + from * 2, n * 4);
    from += n;
    at += n;
  }
  audio_written_ = at;
  header()->audio_written.store(at, std::memory_order_release);
  wake();
}
void RingWriter::start_sound() {
  auto starting = static_cast<std::uint32_t>(RingState::starting);
  header()->state.compare_exchange_strong(starting, static_cast<std::uint32_t>(RingState::ready));
}
void RingWriter::finish() {
  auto now = header()->state.load();
  while (now < static_cast<std::uint32_t>(RingState::eos) &&
         !header()->state.compare_exchange_weak(now, static_cast<std::uint32_t>(RingState::eos))) {
  }
  wake();
}
void RingWriter::fail(Code code) {
  if (header()->state.load() != static_cast<std::uint32_t>(RingState::failed)) {
    auto name = code_name(code).substr(0, sizeof header()->error - 1);
    std::memcpy(header()->error, name.data(), name.size());
    header()->state.store(static_cast<std::uint32_t>(RingState::failed));
  }
  wake();
}
void RingWriter::wake() {
  signal_event(data_.get());
}
void RingWriter::clear_space() {
  clear_event(space_.get());
}

// ---- the screen's end

Result<RingReader> RingReader::open(Fd ring, Fd data, Fd space, const RingGeometry& g) {
  int seals = ::fcntl(ring.get(), F_GET_SEALS);
  if (seals < 0 || (seals & (F_SEAL_SHRINK | F_SEAL_GROW)) != (F_SEAL_SHRINK | F_SEAL_GROW))
    return fz::fail(Code::bad_field, {{"field", "ring"}, {"what", "seals"}});
  RingReader r;
  FZ_CHECK(r.RingMap::open(std::move(ring), std::move(data), std::move(space), g));
  return r;
}
RingState RingReader::state() const {
  auto s = header()->state.load(std::memory_order_acquire);
  return s > static_cast<std::uint32_t>(RingState::failed) ? RingState::failed : static_cast<RingState>(s);
}
Code RingReader::error() const {
  char name[sizeof header()->error];
  std::memcpy(name, header()->error, sizeof name);
  bool found = false;
  auto code = code_from_name(std::string_view(name, ::strnlen(name, sizeof name)), found);
  return found ? code : Code::media_corrupt;
}
int RingReader::frames() const {
  auto ahead = static_cast<std::int64_t>(header()->video_written.load(std::memory_order_acquire) - video_read_);
  return static_cast<int>(std::clamp<std::int64_t>(ahead, 0, g_.slots));
}
bool RingReader::sound_only() const {
  auto now = state();
  return (now == RingState::ready || now == RingState::eos) && video_read_ == 0 && frames() == 0 &&
         header()->audio_written.load(std::memory_order_acquire) > 0;
}
std::optional<RingFrame> RingReader::peek(int ahead) const {
  if (ahead < 0 || ahead >= frames()) return std::nullopt;
  const std::uint8_t* s = slot(video_read_ + static_cast<std::uint64_t>(ahead));
  SlotHeader h;
  std::memcpy(&h, s, sizeof h);
  RingFrame f;
  f.planes = planes_at(s + 64, g_);
  f.pts_ns = std::clamp(h.pts_ns, last_pts_, std::max(last_pts_, kMaxPts));
  f.duration_ns = std::clamp<std::int64_t>(h.duration_ns, 0, kMaxDuration);
  return f;
}
void RingReader::release() {
  auto f = peek();
  if (!f) return;
  last_pts_ = f->pts_ns;
  header()->video_read.store(++video_read_, std::memory_order_release);
  wake();
}
void RingReader::catch_up() {
  auto capacity = static_cast<std::uint64_t>(g_.audio_frames);
  auto written = header()->audio_written.load(std::memory_order_acquire);
  if (static_cast<std::int64_t>(written - audio_read_) > static_cast<std::int64_t>(capacity)) audio_read_ = written - capacity;
}
std::uint64_t RingReader::audio_position() {
  catch_up();
  return audio_read_;
}
std::size_t RingReader::audio_available() {
  catch_up();
  auto n = static_cast<std::int64_t>(header()->audio_written.load(std::memory_order_acquire) - audio_read_);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, g_.audio_frames));
}
std::size_t RingReader::read_audio(std::span<std::int16_t> out) {
  auto frames = std::min(out.size() / 2, audio_available());
  auto capacity = static_cast<std::size_t>(g_.audio_frames);
  for (std::size_t done = 0; done < frames;) {
    auto offset = static_cast<std::size_t>(audio_read_ % capacity);
    auto n = std::min(frames - done, capacity - offset);
    std::memcpy(out.data() + done * 2, audio() + offset * 2, n * 4);
    done += n;
    audio_read_ += n;
  }
  header()->audio_read.store(audio_read_, std::memory_order_release);
  if (frames > 0) wake();
  return frames;
}
void RingReader::skip_audio_to(std::uint64_t position) {
  auto available = audio_available();
  if (position <= audio_read_ || available == 0) return;
  audio_read_ += std::min<std::uint64_t>(position - audio_read_, available);
  header()->audio_read.store(audio_read_, std::memory_order_release);
  wake();
}
void RingReader::wake() {
  // A hostile decoder may have filled the counter and made the descriptor blocking: never write when it would wait.
  pollfd p{space_.get(), POLLOUT, 0};
  if (::poll(&p, 1, 0) == 1 && (p.revents & POLLOUT)) signal_event(space_.get());
}
void RingReader::clear_data() {
  clear_event(data_.get());
}

}  // namespace fz::wire
