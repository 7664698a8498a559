create table t (a text, unique key (a));
