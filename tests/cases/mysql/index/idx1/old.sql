create table t (a varchar(100), b int, key k1 (a), unique key u1 (b));
