create table t (id int, a date not null, b date not null);
