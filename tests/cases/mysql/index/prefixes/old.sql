CREATE TABLE t (id int NOT NULL PRIMARY KEY, a text, b varchar(100), KEY k (a(10)), UNIQUE KEY u (b(5)));
