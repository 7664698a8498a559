PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  a TEXT,
  b INTEGER
);
INSERT INTO _reconcile_new_t (rowid, a, b) SELECT rowid, a, b FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
