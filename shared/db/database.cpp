#include <condition_variable>
#include <mutex>

#include "shared/db/db.hpp"

namespace fz::db {

struct Database::Impl {
  fs::path file;
  Options options;
  std::unique_ptr<Connection> writing;
  std::mutex writer_mutex;

  std::mutex readers_mutex;
  std::condition_variable reader_free;
  std::vector<std::unique_ptr<Connection>> readers;  // opened when first needed
  std::vector<int> free;                             // slots nobody uses
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const fs::path& file, std::span<const Migration> steps, int readers,
                                                 const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->file = file;
  impl->options = options;
  FZ_TRY(impl->writing, Connection::open(file, options));
  FZ_CHECK(impl->writing->migrate(steps));
  impl->readers.resize(static_cast<std::size_t>(readers));
  for (int i = readers; i-- > 0;) impl->free.push_back(i);
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Database::Lease Database::writer() {
  impl_->writer_mutex.lock();
  return Lease(this, impl_->writing.get(), -1);
}

Result<Database::Lease> Database::reader() {
  int slot = 0;
  {
    std::unique_lock lock(impl_->readers_mutex);
    impl_->reader_free.wait(lock, [&] { return !impl_->free.empty(); });
    slot = impl_->free.back();
    impl_->free.pop_back();
  }
  auto& connection = impl_->readers[static_cast<std::size_t>(slot)];
  if (!connection) {
    Options o = impl_->options;
    o.read_only = true;
    auto opened = Connection::open(impl_->file, o);
    if (!opened) {
      give_back(slot);
      return std::move(opened).error();
    }
    connection = *std::move(opened);
  }
  return Lease(this, connection.get(), slot);
}

void Database::give_back(int slot) {
  if (slot < 0) {
    impl_->writer_mutex.unlock();
    return;
  }
  {
    const std::lock_guard lock(impl_->readers_mutex);
    impl_->free.push_back(slot);
  }
  impl_->reader_free.notify_one();
}

Database::Lease::~Lease() {
  if (owner_) owner_->give_back(slot_);
}

}  // namespace fz::db
