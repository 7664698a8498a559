CREATE TABLE t (id int NOT NULL PRIMARY KEY, a bigint, b bigint AS (a+2) VIRTUAL, c bigint AS (b+2) STORED, KEY kb (b), UNIQUE KEY kc (c));
