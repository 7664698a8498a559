create table t (a int, b int not null, c varchar(10) not null, d datetime not null default now());
