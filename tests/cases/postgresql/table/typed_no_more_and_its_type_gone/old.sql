CREATE TYPE one AS (a int, b text);
CREATE TABLE t OF one (PRIMARY KEY (a));
INSERT INTO t VALUES (1, 'a');
