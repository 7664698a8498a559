create table t (id int primary key, d date) partition by hash(id) partitions 4;
