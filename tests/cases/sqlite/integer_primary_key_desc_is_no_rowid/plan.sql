PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a TEXT
);
INSERT INTO _reconcile_new_t (id, a) SELECT id, a FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
DROP TABLE IF EXISTS _reconcile_new_u;
CREATE TABLE _reconcile_new_u (
  id INTEGER PRIMARY KEY DESC
);
INSERT INTO _reconcile_new_u (rowid, id) SELECT rowid, id FROM u;
DROP TABLE u;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_u RENAME TO u;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
