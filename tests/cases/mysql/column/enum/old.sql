create table t (a enum('a','b') not null default 'a');
