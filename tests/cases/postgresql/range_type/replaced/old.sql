CREATE FUNCTION int4_diff(integer, integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::float8';
CREATE TYPE r AS RANGE (subtype = integer, multirange_type_name = mr);
CREATE TABLE t (a r);
