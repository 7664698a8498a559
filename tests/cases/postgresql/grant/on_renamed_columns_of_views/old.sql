CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a AS a, b FROM t;
CREATE VIEW w AS SELECT a AS a, b FROM t;
GRANT SELECT ON v TO rc_app;
GRANT UPDATE (a) ON w TO rc_app;
GRANT SELECT (a, b) ON w TO rc_reader;
