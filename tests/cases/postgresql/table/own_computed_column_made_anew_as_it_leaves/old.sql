CREATE TABLE p (a int);
CREATE TABLE t (b varchar, c varchar(40) GENERATED ALWAYS AS (lower(b)) STORED) INHERITS (p);
