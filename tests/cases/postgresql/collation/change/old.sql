CREATE COLLATION ca (locale = 'C');
CREATE TABLE t (a text);
