create table p (code varchar(10) primary key) charset latin1;
create table c (code varchar(10), foreign key (code) references p(code)) charset latin1;
