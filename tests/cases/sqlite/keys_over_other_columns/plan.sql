PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_child;
CREATE TABLE _reconcile_new_child (
  t INTEGER,
  u TEXT,
  FOREIGN KEY (u) REFERENCES u ON DELETE CASCADE
);
INSERT INTO _reconcile_new_child (rowid, t, u) SELECT rowid, t, u FROM child;
DROP TABLE child;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_child RENAME TO child;
PRAGMA legacy_alter_table = OFF;
DROP TABLE IF EXISTS _reconcile_new_t;
CREATE TABLE _reconcile_new_t (
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  c TEXT,
  d TEXT,
  CONSTRAINT pk PRIMARY KEY (a, b),
  CONSTRAINT one UNIQUE (d),
  CONSTRAINT sorted UNIQUE (c COLLATE NOCASE DESC, d)
);
INSERT INTO _reconcile_new_t (rowid, a, b, c, d) SELECT rowid, a, b, c, d FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
DROP TABLE IF EXISTS _reconcile_new_u;
CREATE TABLE _reconcile_new_u (
  a TEXT PRIMARY KEY ON CONFLICT REPLACE,
  b TEXT
);
INSERT OR ABORT INTO _reconcile_new_u (rowid, a, b) SELECT rowid, a, b FROM u;
DROP TABLE u;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_u RENAME TO u;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
