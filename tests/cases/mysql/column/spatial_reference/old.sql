CREATE TABLE t (id int NOT NULL PRIMARY KEY, p point, q point NOT NULL);
