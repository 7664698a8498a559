CREATE TABLE t (a text, b varchar(100) COMPRESSED);
