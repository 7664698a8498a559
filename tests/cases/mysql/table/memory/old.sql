create table t (a int, key k(a)) engine=memory;
