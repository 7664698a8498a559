create table t (a int, c int, key k (a), unique u(c));
