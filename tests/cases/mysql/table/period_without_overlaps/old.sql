CREATE TABLE t (id int NOT NULL, s date NOT NULL, e date NOT NULL);
