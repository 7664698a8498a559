CREATE TABLE t (a integer);
ALTER TABLE t OWNER TO rc_reader;
CREATE TABLE u (a integer);
ALTER TABLE u OWNER TO rc_reader;
GRANT UPDATE (a) ON u TO rc_reader;
GRANT SELECT (a) ON u TO rc_app;
