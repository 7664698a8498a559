PRAGMA foreign_keys = OFF;
DROP INDEX ix;
DROP TRIGGER tr;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  a varchar(40),
  b INTEGER,
  UNIQUE (a),
  CHECK (b > 0)
);
INSERT INTO _reconcile_new_t (id, a, b) SELECT id, a, b FROM t;
DELETE FROM sqlite_sequence WHERE name = '_reconcile_new_t';
UPDATE sqlite_sequence SET name = '_reconcile_new_t' WHERE name = 't';
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX ix ON t (lower(a), b DESC);
CREATE TRIGGER tr AFTER DELETE ON t BEGIN INSERT INTO log VALUES (old.a); END;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
