CREATE SEQUENCE numbers START 5;
COMMENT ON SEQUENCE numbers IS 'numbers';
CREATE SEQUENCE owned;
CREATE TABLE t (a bigint DEFAULT nextval('numbers'), b bigint DEFAULT nextval('owned'));
ALTER SEQUENCE owned OWNED BY t.b;
CREATE VIEW v AS SELECT nextval('numbers') AS n;
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql RETURN nextval('numbers');
