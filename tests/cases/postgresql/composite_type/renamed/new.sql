CREATE TYPE pair AS (a integer, b text);
COMMENT ON TYPE pair IS 'a type';
CREATE TYPE e AS (c pair, cs pair[]);
CREATE TABLE t (c pair, cs pair[]);
CREATE TABLE o OF pair;
CREATE FUNCTION f(pair, integer) RETURNS pair LANGUAGE sql RETURN $1;
CREATE FUNCTION g() RETURNS pair[] LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE VIEW v AS SELECT (c).a, c FROM t;
CREATE DOMAIN d AS pair CHECK ((value).a > 0);
