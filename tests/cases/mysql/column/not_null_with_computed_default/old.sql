CREATE TABLE t (id int NOT NULL PRIMARY KEY, a timestamp NULL, b varchar(9));
