create table t (a int, key k(a) using btree, key k2 (a)) engine=memory;
