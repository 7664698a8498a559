create table t (d int, a int, x int, c bigint, b int);
