CREATE COLLATION sorted (locale = 'POSIX');
CREATE DOMAIN title AS text COLLATE sorted CHECK (VALUE <> '');
CREATE TYPE pair AS (a text COLLATE sorted, b integer);
CREATE TABLE t (
    id integer PRIMARY KEY,
    a text COLLATE sorted NOT NULL DEFAULT 'x',
    b text COLLATE "C",
    c title,
    d pair,
    e varchar(20) COLLATE sorted,
    CHECK (a > e),
    UNIQUE (e)
);
CREATE INDEX ta ON t (a, b COLLATE sorted);
CREATE INDEX te ON t (lower(e) COLLATE sorted) WHERE a > 'k';
CREATE VIEW v AS SELECT a, b COLLATE sorted AS b, max(c) AS c FROM t GROUP BY a, b;
COMMENT ON COLLATION sorted IS 'as POSIX says';
CREATE TABLE p (k text COLLATE sorted, v text) PARTITION BY HASH (v);
CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0);
