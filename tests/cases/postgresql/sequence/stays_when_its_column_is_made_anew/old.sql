CREATE SEQUENCE s START 7;
CREATE SEQUENCE q;
CREATE TABLE t (b integer, a integer, c bigint DEFAULT nextval('s'), d integer DEFAULT nextval('q'));
ALTER SEQUENCE s OWNED BY t.a;
ALTER SEQUENCE q OWNED BY t.d;
CREATE TABLE u (a bigint DEFAULT nextval('q'));
CREATE VIEW v AS SELECT nextval('s') AS n;
INSERT INTO t (b) VALUES (1);
