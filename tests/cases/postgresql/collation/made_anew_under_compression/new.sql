CREATE COLLATION c (provider = libc, locale = 'POSIX');
CREATE DOMAIN d AS varchar(40) NOT NULL;
CREATE TABLE t (id integer, a d COMPRESSION pglz COLLATE c, b text COMPRESSION pglz, e text);
