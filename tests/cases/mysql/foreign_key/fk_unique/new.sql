create table p (id int primary key, code varchar(20), unique key u2 (code));
create table c (code varchar(20), foreign key (code) references p(code));
