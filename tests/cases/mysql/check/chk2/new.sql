create table t (a int, check (a>1), check (a<10), check (a<>5));
