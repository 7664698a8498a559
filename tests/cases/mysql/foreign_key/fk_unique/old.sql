create table p (id int primary key, code varchar(10), unique key u (code));
create table c (code varchar(10), foreign key (code) references p(code));
