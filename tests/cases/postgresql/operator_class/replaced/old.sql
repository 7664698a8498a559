CREATE OPERATOR CLASS c FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(integer, integer);
CREATE TABLE t (a integer);
CREATE INDEX i ON t (a c);
INSERT INTO t VALUES (1);
