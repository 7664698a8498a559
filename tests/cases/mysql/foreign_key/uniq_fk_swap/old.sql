create table p (id int primary key, u int, unique ux (u));
create table c (u int, constraint f foreign key (u) references p (u));
