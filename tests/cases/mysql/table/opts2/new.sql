create table t (a int) engine=innodb;
