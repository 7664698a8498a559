CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a AS number, b FROM t;
CREATE VIEW w AS SELECT a AS number, b FROM t;
GRANT SELECT ON v TO rc_app;
GRANT UPDATE (number) ON w TO rc_app;
GRANT SELECT (number, b) ON w TO rc_reader;
