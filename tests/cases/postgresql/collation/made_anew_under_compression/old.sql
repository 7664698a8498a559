CREATE COLLATION c (provider = libc, locale = 'C');
CREATE DOMAIN d AS varchar(40) NOT NULL;
CREATE TABLE t (id integer, a d COMPRESSION pglz COLLATE c, b varchar(10) COMPRESSION pglz, e varchar(10) COMPRESSION pglz);
