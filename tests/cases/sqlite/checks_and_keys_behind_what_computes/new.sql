CREATE TABLE t (a bigint, b int AS (a + 1) CHECK (b > 0), c int AS (a) STORED CONSTRAINT u UNIQUE ON CONFLICT FAIL CHECK (c > 0), e int CHECK (e > 0) AS (a), f int AS (b) UNIQUE);
CREATE TABLE same (a int, b int CHECK (b > 0) AS (a + 1), c int AS (a) NOT NULL);
