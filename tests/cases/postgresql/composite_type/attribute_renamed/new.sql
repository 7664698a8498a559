CREATE TYPE inner_c AS (xx integer, "select" text);
CREATE TYPE c AS (a inner_c, b numeric);
CREATE TABLE t (id integer PRIMARY KEY, v c, x integer, CONSTRAINT few CHECK ((v).b < 9), CONSTRAINT deep CHECK (((v).a).xx > 0));
CREATE INDEX i ON t ((((v).a)."select"));
CREATE VIEW w AS SELECT id, x, (v).b AS n, ((v).a).xx AS m FROM t;
CREATE FUNCTION f(p c) RETURNS numeric LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT (p).b; END;
CREATE TYPE row_c AS (key integer, l text);
CREATE TABLE typed OF row_c (PRIMARY KEY (l));
CREATE VIEW typed_w AS SELECT key AS first, l AS second FROM typed;
