create table t (id int, a date, b date, period for p(a,b), primary key (id, p without overlaps));
