create table t (a int, unique key k(a));
