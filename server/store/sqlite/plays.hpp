// The plays' store on a database that somebody else opened: for open_plays() and for tests of full disks.
#pragma once
#include <memory>
#include <span>

#include "server/plays/plays.hpp"
#include "shared/db/db.hpp"

namespace fz::store::sqlite {

/// The schema of plays.db.
std::span<const db::Migration> plays_migrations();
/// The database was opened with plays_migrations() and without automatic checkpoints.
std::unique_ptr<plays::Store> make_plays(std::unique_ptr<db::Database> database);

}  // namespace fz::store::sqlite
