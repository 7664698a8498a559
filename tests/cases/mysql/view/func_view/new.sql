create function f(x int) returns int deterministic return x+1;
create table t (a int);
create view v as select f(a) as fa from t;
