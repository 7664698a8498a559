create table t (a varchar(100), b int, key k1 (a) comment 'y', key k3 (b) ignored);
