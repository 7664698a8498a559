CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED NOT NULL CHECK (b > 0) UNIQUE, c int AS (a) NOT NULL, d int);
