create table t (a int, check (a>0), check (a<10));
