CREATE TABLE t (a int, b int AS (a + 1) CHECK (b > 0), c int AS (a) STORED CONSTRAINT u UNIQUE ON CONFLICT FAIL CHECK (c > 0), e int CHECK (e > 0) AS (a));
CREATE TABLE same (a int, b int AS (a + 1) CHECK (b > 0), c int NOT NULL AS (a));
