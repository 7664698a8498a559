create table t (a int not null, b int auto_increment, primary key (b));
