PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  a int,
  b int GENERATED ALWAYS AS (a + 1) STORED NOT NULL CHECK (b > 0),
  c int GENERATED ALWAYS AS (a) VIRTUAL NOT NULL,
  d int,
  UNIQUE (b)
);
INSERT INTO _reconcile_new_t (rowid, a) SELECT rowid, a FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
