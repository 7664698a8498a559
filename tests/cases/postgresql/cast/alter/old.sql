CREATE TYPE colour AS ENUM ('red', 'green');
CREATE FUNCTION number_of(colour) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (colour AS integer) WITH FUNCTION number_of(colour) AS ASSIGNMENT;
CREATE CAST (integer AS colour) WITH INOUT;
