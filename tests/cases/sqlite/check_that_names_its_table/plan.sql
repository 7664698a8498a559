PRAGMA foreign_keys = OFF;
DROP TRIGGER tr;
DROP VIEW v;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  id INTEGER PRIMARY KEY,
  a TEXT,
  b INTEGER,
  CONSTRAINT ck CHECK ("_reconcile_new_t"."b" > 2)
);
INSERT INTO _reconcile_new_t (id, a, b) SELECT id, a, b FROM t;
DROP TABLE t;
ALTER TABLE _reconcile_new_t RENAME TO t;
CREATE TRIGGER tr AFTER INSERT ON u BEGIN DELETE FROM t WHERE a = new.x; END;
CREATE VIEW v AS SELECT a FROM t;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
