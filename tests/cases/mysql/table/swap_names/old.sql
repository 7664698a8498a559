create table a (x int);
create table b (y int);
