CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT, n INTEGER);
CREATE VIRTUAL TABLE search USING fts5(body, content='doc', content_rowid='id');
CREATE TRIGGER doc_ai AFTER INSERT ON doc BEGIN INSERT INTO search(rowid, body) VALUES (new.id, new.body); END;
