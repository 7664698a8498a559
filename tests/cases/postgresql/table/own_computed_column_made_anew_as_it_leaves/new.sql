CREATE TABLE p (a int);
CREATE TABLE t (b varchar, c varchar(80) GENERATED ALWAYS AS (lower(b)) STORED);
