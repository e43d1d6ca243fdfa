// Tables of uploads, items, variants, renditions and jobs.
#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kLibrarySchema = R"sql(
CREATE TABLE upload (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, unit TEXT NOT NULL, length INTEGER NOT NULL, file_name TEXT NOT NULL, title TEXT NOT NULL,
  fraud_kind TEXT NOT NULL, exposes TEXT NOT NULL, item TEXT NOT NULL, state INTEGER NOT NULL, sha256 TEXT NOT NULL,
  failure TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX upload_owner ON upload (owner, state);
CREATE INDEX upload_state ON upload (state, expires);
CREATE TABLE item (
  id TEXT PRIMARY KEY, unit TEXT NOT NULL REFERENCES unit (id), owner TEXT NOT NULL, author TEXT NOT NULL, kind INTEGER NOT NULL,
  title TEXT NOT NULL, fraud_kind TEXT NOT NULL, exposes TEXT NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL,
  source_length INTEGER NOT NULL, source_name TEXT NOT NULL, source_mime TEXT NOT NULL, processing INTEGER NOT NULL,
  failure TEXT NOT NULL, failure_params TEXT NOT NULL, state INTEGER NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL) STRICT;
CREATE INDEX item_unit ON item (unit, id);
CREATE INDEX item_state ON item (state, id);
CREATE INDEX item_source ON item (source);
CREATE TABLE rendition (
  item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, profile TEXT NOT NULL, sha256 TEXT NOT NULL,
  length INTEGER NOT NULL, mime TEXT NOT NULL, chunks BLOB NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL, PRIMARY KEY (item, version, profile)) STRICT;
CREATE INDEX rendition_blob ON rendition (sha256);
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT NOT NULL, version INTEGER NOT NULL, kind INTEGER NOT NULL, profile TEXT NOT NULL,
  state INTEGER NOT NULL, attempts INTEGER NOT NULL, progress_permille INTEGER NOT NULL, failure TEXT NOT NULL,
  failure_params TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, not_before INTEGER) STRICT;
CREATE INDEX job_state ON job (state, id);
CREATE INDEX job_item ON job (item, version);
)sql";

const std::string_view kVariantSchema = R"sql(
ALTER TABLE upload ADD COLUMN shape TEXT NOT NULL DEFAULT '';
CREATE TABLE variant (
  item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, shape TEXT NOT NULL, author TEXT NOT NULL, source TEXT NOT NULL,
  source_length INTEGER NOT NULL, source_name TEXT NOT NULL, source_mime TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  created INTEGER NOT NULL, PRIMARY KEY (item, version, shape)) STRICT, WITHOUT ROWID;
CREATE INDEX variant_source ON variant (source);
)sql";

}  // namespace fz::store::sqlite
