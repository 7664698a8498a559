CREATE TYPE e AS ENUM ('x', 'y');
CREATE TABLE t (a e DEFAULT 'x', b e[], c text);
CREATE VIEW v AS SELECT a FROM t WHERE a = 'x';
INSERT INTO t VALUES ('x', '{x,y}', 'c');
