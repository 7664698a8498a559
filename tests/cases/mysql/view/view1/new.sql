create table t (a int, b int, c int);
create view v as select a,b,c from t;
create view v2 as select v.a+1 as x from v;
create algorithm=merge sql security invoker view v3 as select a from t where a>1 with local check option;
