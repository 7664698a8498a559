create table t (a int auto_increment primary key);
