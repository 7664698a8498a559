CREATE TABLE t (id int NOT NULL PRIMARY KEY, a text, b varchar(100), KEY k (a(20), b), UNIQUE KEY u (b(6) DESC));
