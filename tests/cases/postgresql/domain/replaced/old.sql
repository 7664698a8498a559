CREATE DOMAIN d AS integer;
CREATE DOMAIN gone AS text;
CREATE DOMAIN e AS text CONSTRAINT long CHECK (length(VALUE) > 3);
CREATE TABLE t (a d, b e);
