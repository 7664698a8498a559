CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int, KEY k (a), KEY l(a,id) IGNORED);
