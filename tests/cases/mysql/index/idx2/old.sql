create table t (a varchar(100), b int, key k1 (a) comment 'x', key k3 (b));
