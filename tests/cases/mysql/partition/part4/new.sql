create table t (id int primary key, c varchar(10)) partition by key() partitions 3;
