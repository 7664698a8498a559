CREATE TABLE t (id int NOT NULL PRIMARY KEY, j json NOT NULL DEFAULT (json_object()), k json DEFAULT NULL, v varchar(20) AS (json_value(j,'$.a')) VIRTUAL, KEY(v));
