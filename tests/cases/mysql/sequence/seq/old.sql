create sequence s start 5;
create table t (a int default nextval(s));
