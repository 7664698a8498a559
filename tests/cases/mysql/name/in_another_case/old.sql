CREATE TABLE t (id int NOT NULL PRIMARY KEY, UserName varchar(10), KEY k(UserName));
