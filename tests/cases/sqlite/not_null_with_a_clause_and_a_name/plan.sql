PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a TEXT,
  b INTEGER CONSTRAINT b_needed NOT NULL ON CONFLICT REPLACE DEFAULT 7
);
INSERT OR ABORT INTO _reconcile_new_t (id, a, b) SELECT id, a, COALESCE(b, 7) FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
