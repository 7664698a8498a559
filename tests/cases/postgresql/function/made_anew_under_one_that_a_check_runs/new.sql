CREATE FUNCTION called(json) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION stays(varchar) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN called(to_json($1)); END';
CREATE FUNCTION altered(varchar) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS 'BEGIN RETURN called(to_json($1)); END';
CREATE TABLE t (id int, a varchar NOT NULL, CONSTRAINT b CHECK (stays(a)), CONSTRAINT c CHECK (altered(a)));
