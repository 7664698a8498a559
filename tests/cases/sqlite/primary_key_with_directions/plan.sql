PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  a TEXT,
  b INTEGER,
  c INTEGER,
  CONSTRAINT pk PRIMARY KEY (b DESC, a COLLATE NOCASE) ON CONFLICT IGNORE
);
INSERT OR ABORT INTO _reconcile_new_t (rowid, a, b, c) SELECT rowid, a, b, c FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
