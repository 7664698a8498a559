create table m1 (a int, key(a)) engine=myisam;
create table m2 (a int, key(a)) engine=myisam;
