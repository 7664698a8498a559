create table t (a int check (a>0), b int, constraint c1 check (b>a));
