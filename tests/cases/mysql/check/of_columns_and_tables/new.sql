CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int CHECK (a > 1), b int CHECK (b>0), CONSTRAINT x CHECK (a <= b), CONSTRAINT y CHECK (b <> 8));
