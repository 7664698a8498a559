create table t (a int, b int, key x (a), key y (b));
