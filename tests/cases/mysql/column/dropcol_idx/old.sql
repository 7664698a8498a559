create table t (a int, b int, c int, key k (a,b), key k2 (b), unique u (b,c));
