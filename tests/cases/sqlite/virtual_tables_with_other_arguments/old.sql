CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
CREATE VIRTUAL TABLE search USING fts5(title, content='doc', content_rowid='id');
CREATE TRIGGER doc_in AFTER INSERT ON doc BEGIN INSERT INTO search (rowid, title) VALUES (new.id, new.title); END;
CREATE VIRTUAL TABLE place USING rtree(id, x0, x1);
CREATE VIEW found AS SELECT rowid FROM search;
