CREATE FUNCTION near(integer, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2';
CREATE FUNCTION raen(text, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2::text';
CREATE OPERATOR ==== (FUNCTION = near, LEFTARG = integer, RIGHTARG = text, RESTRICT = eqsel);
CREATE OPERATOR !!! (FUNCTION = near, LEFTARG = integer, RIGHTARG = text);
