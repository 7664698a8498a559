CREATE FUNCTION called(json) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION stays(varchar) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN called(to_json($1)); END';
CREATE FUNCTION altered(varchar) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN called(to_json($1)); END';
CREATE TABLE t (id int, a varchar NOT NULL);
