PRAGMA foreign_keys = OFF;
DROP TRIGGER doc_ai;
DROP TABLE IF EXISTS _reconcile_new_doc;
CREATE TABLE _reconcile_new_doc (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  n TEXT
);
INSERT INTO _reconcile_new_doc (id, body, n) SELECT id, body, n FROM doc;
DROP TABLE doc;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_doc RENAME TO doc;
PRAGMA legacy_alter_table = OFF;
CREATE TRIGGER doc_ai AFTER INSERT ON doc BEGIN INSERT INTO search(rowid, body) VALUES (new.id, new.body); END;
CREATE VIRTUAL TABLE other USING fts5(x, tokenize = 'porter ascii');
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
