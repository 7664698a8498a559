CREATE TYPE r AS RANGE (subtype = integer);
COMMENT ON TYPE r IS 'a type';
CREATE TABLE t (r r DEFAULT '[1,2)', rs r[], m r_multirange, EXCLUDE USING gist (r WITH &&));
CREATE FUNCTION f(r) RETURNS r LANGUAGE sql RETURN $1;
CREATE VIEW v AS SELECT r FROM t;
INSERT INTO t VALUES ('[3,4)');
