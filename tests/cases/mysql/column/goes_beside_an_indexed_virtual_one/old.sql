CREATE TABLE t (id int PRIMARY KEY, v bigint AS (id * 2) VIRTUAL, c int, d int, KEY (v), CONSTRAINT k CHECK (c > 0));
CREATE TABLE u (id int PRIMARY KEY, v bigint AS (id * 2) VIRTUAL, c int, KEY (v));
