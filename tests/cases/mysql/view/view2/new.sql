create table t (a int);
create view b as select a from t;
create view a as select a from b;
