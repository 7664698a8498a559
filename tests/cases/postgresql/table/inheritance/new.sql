CREATE TABLE p (a bigint, b text NOT NULL DEFAULT 'p', d date, CHECK (a > 0));
CREATE TABLE c1 (x int) INHERITS (p);
ALTER TABLE c1 ALTER b SET DEFAULT 'c';
CREATE TABLE c3 (z int) INHERITS (p);
