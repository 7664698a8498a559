create table t (a int, b int, key x (b), key y (a));
