CREATE TABLE t (a integer, b integer);
CREATE TABLE gone (a integer);
ALTER TABLE gone OWNER TO rc_app;
GRANT SELECT ON gone TO rc_reader;
GRANT SELECT (b) ON t TO rc_reader;
GRANT INSERT ON t TO rc_reader;
