CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT NOT NULL, n TEXT);
CREATE VIRTUAL TABLE search USING fts5(body, content='doc', content_rowid='id');
CREATE VIRTUAL TABLE other USING fts5(x, tokenize = 'porter ascii');
CREATE TRIGGER doc_ai AFTER INSERT ON doc BEGIN INSERT INTO search(rowid, body) VALUES (new.id, new.body); END;
