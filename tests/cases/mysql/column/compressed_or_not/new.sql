CREATE TABLE t (a text COMPRESSED, b varchar(100));
