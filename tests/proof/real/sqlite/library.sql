-- A lending library: names in every kind of quotes, comments in definitions, and what SQLite alone has.
PRAGMA user_version = 12;
PRAGMA application_id = 1816359538;

CREATE TABLE [Branch] ( -- where books stand
    [BranchId] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- never used twice
    [Name] NVARCHAR(160) NOT NULL COLLATE NOCASE UNIQUE ON CONFLICT IGNORE,
    "Opened" datetime DEFAULT CURRENT_TIMESTAMP,
    `Postal Code` varchar( 10 ) CHECK (`Postal Code` GLOB '[0-9]*' /* digits, for now */),
    capacity unsigned big int DEFAULT (100 * 10) CONSTRAINT "some room" CHECK (capacity > 0 AND Capacity <= 100000)
);

CREATE TABLE book (
    isbn TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL CONSTRAINT has_title NOT NULL ON CONFLICT FAIL,
    year INT CHECK (year BETWEEN 1450 AND 2100),
    price numeric(10,2) DEFAULT -1,
    search_key TEXT GENERATED ALWAYS AS (lower(trim(title)) || ' ' || coalesce(year, '')) STORED,
    decade INT AS (year / 10 * 10),
    -- what a book may be worth
    CHECK (price >= -1),
    CHECK (price < 1e6)
) WITHOUT ROWID;

CREATE TABLE copy (
    id INTEGER PRIMARY KEY,
    isbn TEXT NOT NULL REFERENCES book ON UPDATE CASCADE ON DELETE RESTRICT,
    branch INTEGER DEFAULT 1 REFERENCES Branch (BranchId) ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
    state ANY CHECK (state IN ('new', 'used', 'lost')),
    parent INTEGER,
    FOREIGN KEY (parent) REFERENCES copy (id) ON DELETE CASCADE,
    CONSTRAINT one_of_each UNIQUE (isbn, branch, state)
) STRICT;

CREATE TABLE loan (
    copy INTEGER NOT NULL,
    reader TEXT NOT NULL COLLATE RTRIM,
    since TEXT NOT NULL DEFAULT (date('now', 'localtime')),
    until TEXT,
    PRIMARY KEY (copy, since DESC),
    UNIQUE (reader COLLATE NOCASE, since) ON CONFLICT REPLACE,
    FOREIGN KEY (copy) REFERENCES copy (id) MATCH FULL
);

CREATE TABLE tag (name PRIMARY KEY, colour DEFAULT 'no; colour', "left" BLOB DEFAULT x'00FF');

CREATE INDEX loan_open ON loan (reader COLLATE NOCASE, since DESC) WHERE until IS NULL;
CREATE UNIQUE INDEX "book by title" ON book (lower(title), [year]) WHERE year > 2000 OR title LIKE 'The %';
CREATE INDEX IF NOT EXISTS copy_state ON copy (json_extract(state, '$.kind')) -- for the shelf, mostly
;

CREATE VIRTUAL TABLE book_search USING fts5(title, search_key, content='book_plain', content_rowid='id', tokenize='porter unicode61');
CREATE TABLE book_plain (id INTEGER PRIMARY KEY, title, search_key);
CREATE VIRTUAL TABLE place USING rtree(id, minx, maxx, miny, maxy, +note TEXT);

CREATE VIEW available AS
    -- on the shelf: nobody has it
    SELECT c.id, b.title, max(l.since) AS "last loan", count(*)
      FROM copy c
      JOIN book AS b USING (isbn)
      LEFT JOIN loan l ON l.copy = c.id AND l.until IS NULL
     GROUP BY c.id
    HAVING count(l.copy) = 0;
CREATE VIEW shelf (copy, [of], n) AS
    WITH RECURSIVE up(id, top) AS (SELECT id, id FROM copy WHERE parent IS NULL
        UNION ALL SELECT copy.id, up.top FROM copy, up WHERE copy.parent = up.id)
    SELECT id, top, row_number() OVER (PARTITION BY top ORDER BY id) FROM up;
CREATE VIEW readers AS SELECT DISTINCT reader FROM loan UNION SELECT 'nobody; yet' ORDER BY 1;

CREATE TRIGGER book_plain_ai AFTER INSERT ON book_plain BEGIN
    INSERT INTO book_search (rowid, title, search_key) VALUES (new.id, new.title, new.search_key); -- kept in step
END;
CREATE TRIGGER loan_once BEFORE INSERT ON loan
    FOR EACH ROW WHEN EXISTS (SELECT 1 FROM loan WHERE copy = new.copy AND until IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'it is out; sorry');
END;
CREATE TRIGGER shelf_put INSTEAD OF INSERT ON shelf BEGIN
    INSERT INTO copy (id, isbn, parent) VALUES (new.copy, '0', new."of");
    UPDATE copy SET state = CASE WHEN new.n > 1 THEN 'used' ELSE 'new' END WHERE id = new.copy;
END;
CREATE TRIGGER IF NOT EXISTS loan_back AFTER UPDATE OF until, [reader] ON loan BEGIN
    UPDATE OR IGNORE copy SET state = 'used' WHERE id = old.copy;
    DELETE FROM tag WHERE name = old.reader;
END;
