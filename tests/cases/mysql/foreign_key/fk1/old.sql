create table p (id int primary key);
create table c (id int primary key, pid int, foreign key (pid) references p(id));
