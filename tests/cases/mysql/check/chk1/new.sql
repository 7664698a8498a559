create table t (a int check (a>5), b int check (b<9), constraint c1 check (b>=a), constraint c2 check (a<>3));
