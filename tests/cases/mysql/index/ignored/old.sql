CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int, KEY k (a) IGNORED, KEY l(a,id));
