CREATE TABLE t (a int4range, b circle, CONSTRAINT x EXCLUDE USING gist (a WITH &&));
