PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_c;
CREATE TABLE _reconcile_new_c (
  id INTEGER PRIMARY KEY,
  a INTEGER,
  b INTEGER,
  d INTEGER,
  e INTEGER,
  f INTEGER,
  CONSTRAINT followed FOREIGN KEY (f) REFERENCES p (id) ON UPDATE SET NULL,
  CONSTRAINT from_another_column FOREIGN KEY (e) REFERENCES p (id),
  CONSTRAINT otherwise_matched FOREIGN KEY (e) REFERENCES p (id),
  CONSTRAINT to_another_table FOREIGN KEY (d) REFERENCES q (id),
  CONSTRAINT to_other_columns FOREIGN KEY (a) REFERENCES p (other)
);
INSERT INTO _reconcile_new_c (id, a, b, d, e, f) SELECT id, a, b, d, e, f FROM c;
DROP TABLE c;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_c RENAME TO c;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
