create table t (a varchar(100) not null, primary key (a(10)));
