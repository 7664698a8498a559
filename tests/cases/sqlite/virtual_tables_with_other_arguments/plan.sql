PRAGMA foreign_keys = OFF;
DROP TRIGGER doc_in;
DROP VIEW found;
DROP TABLE place;
DROP TABLE search;
DROP TABLE IF EXISTS _reconcile_new_doc;
CREATE TABLE _reconcile_new_doc (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT
);
INSERT INTO _reconcile_new_doc (id, title, body) SELECT id, title, body FROM doc;
DROP TABLE doc;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_doc RENAME TO doc;
PRAGMA legacy_alter_table = OFF;
CREATE VIRTUAL TABLE place USING rtree(id, x0, x1, +note);
CREATE VIRTUAL TABLE search USING fts5(title, body, content='doc', content_rowid='id', tokenize='porter');
INSERT INTO search (search) VALUES ('rebuild');
CREATE TRIGGER doc_in AFTER INSERT ON doc BEGIN INSERT INTO search (rowid, title, body) VALUES (new.id, new.title, new.body); END;
CREATE VIEW found AS SELECT rowid FROM search;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
