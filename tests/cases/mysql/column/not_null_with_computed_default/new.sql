CREATE TABLE t (id int NOT NULL PRIMARY KEY, a timestamp NOT NULL DEFAULT current_timestamp(), b varchar(9) NOT NULL DEFAULT 'x');
