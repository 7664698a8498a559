create table p (code varchar(10) primary key) charset utf8mb4;
create table c (code varchar(10), foreign key (code) references p(code)) charset utf8mb4;
