create table m1 (a int, key(a)) engine=myisam;
create table m2 (a int, key(a)) engine=myisam;
create table mm (a int, key(a)) engine=merge union=(m1,m2) insert_method=last;
