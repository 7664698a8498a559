CREATE TYPE inner_c AS (x integer, y text);
CREATE TYPE c AS (a inner_c, "B b" numeric);
CREATE TABLE t (id integer PRIMARY KEY, v c, x integer, CONSTRAINT few CHECK ((v)."B b" < 9), CONSTRAINT deep CHECK (((v).a).x > 0));
CREATE INDEX i ON t ((((v).a).y));
CREATE VIEW w AS SELECT id, x, (v)."B b" AS n, ((v).a).x AS m FROM t;
CREATE FUNCTION f(p c) RETURNS numeric LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT (p)."B b"; END;
CREATE TYPE row_c AS (k integer, l text);
CREATE TABLE typed OF row_c (PRIMARY KEY (l));
CREATE VIEW typed_w AS SELECT k AS first, l AS second FROM typed;
