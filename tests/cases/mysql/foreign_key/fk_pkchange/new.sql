create table p (id int not null, x int not null, primary key (id,x));
create table c (id int primary key, pid int, constraint f foreign key (pid) references p(id));
