CREATE TABLE t (id int PRIMARY KEY, v bigint AS (id * 2) VIRTUAL, d int, e varbinary(20) NOT NULL DEFAULT 'x', KEY (v));
CREATE TABLE u (id int PRIMARY KEY, v bigint AS (id * 2) VIRTUAL, KEY (v));
