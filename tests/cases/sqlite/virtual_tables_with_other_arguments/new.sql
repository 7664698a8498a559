CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);
CREATE VIRTUAL TABLE search USING fts5(title, body, content='doc', content_rowid='id', tokenize='porter');
CREATE TRIGGER doc_in AFTER INSERT ON doc BEGIN INSERT INTO search (rowid, title, body) VALUES (new.id, new.title, new.body); END;
CREATE VIRTUAL TABLE place USING rtree(id, x0, x1, +note);
CREATE VIEW found AS SELECT rowid FROM search;
