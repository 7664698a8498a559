create table t (a int not null, b int not null auto_increment, primary key (a,b), key (b));
