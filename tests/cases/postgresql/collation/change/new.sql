CREATE COLLATION cb (provider = libc, locale = 'POSIX');
CREATE TABLE t (a text COLLATE cb);
COMMENT ON COLLATION cb IS 'c';
