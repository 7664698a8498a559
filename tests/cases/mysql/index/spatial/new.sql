CREATE TABLE t (id int NOT NULL PRIMARY KEY, p point NOT NULL, g geometry, l linestring, SPATIAL KEY sp (p));
