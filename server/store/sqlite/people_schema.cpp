// The step of the schema that brought second factors, the units' review policy, offers and shares, checklists and checkpoints.
#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kPeopleSchema = R"sql(
ALTER TABLE unit ADD COLUMN review_hours INTEGER NOT NULL DEFAULT 48;
ALTER TABLE unit ADD COLUMN checklist INTEGER NOT NULL DEFAULT 1;
ALTER TABLE decision ADD COLUMN checked TEXT NOT NULL DEFAULT '[]';
CREATE TABLE second_factor (
  account TEXT PRIMARY KEY REFERENCES account (id), secret TEXT NOT NULL, last_step INTEGER NOT NULL, confirmed INTEGER NOT NULL,
  created INTEGER NOT NULL) STRICT;
CREATE TABLE recovery_code (
  account TEXT NOT NULL REFERENCES account (id), code_hash TEXT NOT NULL, used INTEGER, PRIMARY KEY (account, code_hash)) STRICT, WITHOUT ROWID;
CREATE TABLE login_address (
  account TEXT NOT NULL REFERENCES account (id), address TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (account, address)) STRICT, WITHOUT ROWID;
CREATE TABLE offer (
  id TEXT PRIMARY KEY, item TEXT NOT NULL REFERENCES item (id), from_unit TEXT NOT NULL REFERENCES unit (id),
  to_unit TEXT NOT NULL REFERENCES unit (id), note TEXT NOT NULL, state INTEGER NOT NULL, offered_by TEXT NOT NULL, offered INTEGER NOT NULL,
  decided_by TEXT NOT NULL, decided INTEGER, answer TEXT NOT NULL) STRICT;
CREATE INDEX offer_item ON offer (item, state);
CREATE INDEX offer_to ON offer (to_unit, state);
CREATE TABLE share (
  item TEXT NOT NULL REFERENCES item (id), unit TEXT NOT NULL REFERENCES unit (id), shared_by TEXT NOT NULL, shared INTEGER NOT NULL,
  PRIMARY KEY (item, unit)) STRICT, WITHOUT ROWID;
CREATE INDEX share_unit ON share (unit, item);
CREATE TABLE audit_checkpoint (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, envelope TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints stay'); END;
CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints stay'); END;
)sql";

}  // namespace fz::store::sqlite
