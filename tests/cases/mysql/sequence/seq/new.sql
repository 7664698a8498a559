create sequence s start 1 increment -1 maxvalue 5 minvalue -100 nocache cycle;
create sequence s2;
create table t (a int default nextval(s2), b int default (nextval(s)+1));
