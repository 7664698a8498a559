CREATE TYPE ct AS (x int, y text);
CREATE TABLE t OF ct;
