PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  a bigint,
  b int GENERATED ALWAYS AS (a + 1) VIRTUAL CHECK (b > 0),
  c int GENERATED ALWAYS AS (a) STORED CONSTRAINT u UNIQUE ON CONFLICT FAIL CHECK (c > 0),
  e int CHECK (e > 0) GENERATED ALWAYS AS (a) VIRTUAL,
  f int GENERATED ALWAYS AS (b) VIRTUAL,
  UNIQUE (f)
);
INSERT OR ABORT INTO _reconcile_new_t (rowid, a) SELECT rowid, a FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
