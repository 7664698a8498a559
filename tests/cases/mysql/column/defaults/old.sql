create table t (a int default 1, b varchar(10) default 'a', c timestamp default current_timestamp, d datetime);
