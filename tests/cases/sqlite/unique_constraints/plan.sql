PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a TEXT UNIQUE ON CONFLICT REPLACE,
  b INTEGER,
  CONSTRAINT ab UNIQUE (b, a COLLATE NOCASE DESC)
);
INSERT OR ABORT INTO _reconcile_new_t (id, a, b) SELECT id, a, b FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
