CREATE TYPE e AS ENUM ('b', 'a');
CREATE DOMAIN de AS e;
CREATE TYPE ct AS (x e, y int);
CREATE TABLE t (a e DEFAULT 'a' NOT NULL, b e[] DEFAULT '{a,b}', c int, d de, f ct, g text DEFAULT 'a'::e::text, CHECK (a <> 'b'));
CREATE INDEX i ON t (a) WHERE a = 'a';
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION f(e) RETURNS e LANGUAGE sql AS 'SELECT $1';
