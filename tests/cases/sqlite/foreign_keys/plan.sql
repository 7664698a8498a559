PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED,
  b INTEGER,
  parent INTEGER,
  CONSTRAINT ab FOREIGN KEY (a, b) REFERENCES p (x, y) MATCH FULL ON DELETE RESTRICT ON UPDATE CASCADE,
  FOREIGN KEY (parent) REFERENCES t (id) ON DELETE SET NULL
);
INSERT INTO _reconcile_new_t (id, a, b, parent) SELECT id, a, b, parent FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
