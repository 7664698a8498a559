create table t (a int) engine=innodb comment='x' row_format=compact;
