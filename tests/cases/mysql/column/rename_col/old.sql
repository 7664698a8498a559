create table t (id int primary key, foo varchar(10), key(foo));
