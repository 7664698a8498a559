CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int CHECK (a > 0), b int, CONSTRAINT x CHECK (a < b), CHECK (b <> 7));
