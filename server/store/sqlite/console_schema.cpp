// The step of the schema that brought tags of items and packs to take away.
#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

// An item's kind of fraud and what it exposes stay columns of the item: they are its own. `used` of a pack: the last time it was fetched.
const std::string_view kConsoleSchema = R"sql(
ALTER TABLE upload ADD COLUMN tags TEXT NOT NULL DEFAULT '';
CREATE TABLE item_tag (
  item TEXT NOT NULL REFERENCES item (id), tag TEXT NOT NULL, PRIMARY KEY (item, tag)) STRICT, WITHOUT ROWID;
CREATE INDEX item_tag_tag ON item_tag (tag, item);
CREATE TABLE pack (
  item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, pack TEXT NOT NULL, sha256 TEXT NOT NULL, length INTEGER NOT NULL,
  mime TEXT NOT NULL, made INTEGER NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (item, version, pack)) STRICT, WITHOUT ROWID;
CREATE INDEX pack_blob ON pack (sha256);
CREATE INDEX pack_used ON pack (used);
)sql";

}  // namespace fz::store::sqlite
