PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a TEXT
) WITHOUT ROWID;
INSERT INTO _reconcile_new_t (id, a) SELECT id, a FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
DROP TABLE IF EXISTS _reconcile_new_u;
CREATE TABLE _reconcile_new_u (
  k TEXT PRIMARY KEY,
  v ANY
);
INSERT INTO _reconcile_new_u (k, v) SELECT k, v FROM u;
DROP TABLE u;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_u RENAME TO u;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
