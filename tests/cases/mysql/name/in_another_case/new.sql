CREATE TABLE t (id int NOT NULL PRIMARY KEY, username varchar(10), KEY k(username));
