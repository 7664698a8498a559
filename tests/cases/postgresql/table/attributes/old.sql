CREATE TABLE t (a int) WITH (fillfactor=70, autovacuum_enabled=false);
CREATE TABLE u (a int);
