create table t (a int);
create table u (a int);
create trigger t1 before insert on t for each row set new.a=1;
