create table t (id int primary key, bar varchar(10), key(bar));
