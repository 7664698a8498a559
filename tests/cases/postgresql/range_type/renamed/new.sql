CREATE TYPE span AS RANGE (subtype = integer, multirange_type_name = r_multirange);
COMMENT ON TYPE span IS 'a type';
CREATE TABLE t (r span DEFAULT '[1,2)', rs span[], m r_multirange, EXCLUDE USING gist (r WITH &&));
CREATE FUNCTION f(span) RETURNS span LANGUAGE sql RETURN $1;
CREATE VIEW v AS SELECT r FROM t;
