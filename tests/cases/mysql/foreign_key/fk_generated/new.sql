create table p (id int primary key);
create table c (id int primary key, pid int, x int, key k (pid,x), constraint f foreign key (pid) references p(id));
