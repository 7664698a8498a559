CREATE TYPE colour AS ENUM ('red', 'green', 'blue');
CREATE FUNCTION number_of(colour) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (colour AS integer) WITH FUNCTION number_of(colour) AS IMPLICIT;
COMMENT ON CAST (colour AS integer) IS 'by place';
CREATE CAST (bigint AS colour) WITH INOUT AS ASSIGNMENT;
CREATE CAST (bytea AS text) WITHOUT FUNCTION;
