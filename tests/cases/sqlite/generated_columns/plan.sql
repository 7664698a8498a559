PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a INTEGER,
  g INTEGER,
  h GENERATED ALWAYS AS (a + 1) VIRTUAL,
  i TEXT GENERATED ALWAYS AS (a || 'x') VIRTUAL,
  j INTEGER GENERATED ALWAYS AS (h + 1) VIRTUAL
);
INSERT INTO _reconcile_new_t (id, a, g) SELECT id, a, g FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
