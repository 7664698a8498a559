CREATE TYPE ct AS (x int, y text);
CREATE TABLE t (id int, b text);
INSERT INTO t VALUES (1, 'a'), (2, 'b');
