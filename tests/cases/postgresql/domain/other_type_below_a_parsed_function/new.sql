CREATE DOMAIN d AS varchar;
CREATE TYPE r AS RANGE (subtype = d, multirange_type_name = m);
CREATE TABLE t (id int, v r);
CREATE FUNCTION f(p t) RETURNS int LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
 SELECT p.id;
END;
