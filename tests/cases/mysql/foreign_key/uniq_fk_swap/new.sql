create table p (id int primary key, u int, v int, unique uy (u,v));
create table c (u int, constraint f foreign key (u) references p (u));
