create table p (id bigint primary key);
create table c (id int primary key, pid bigint, constraint fkx foreign key (pid) references p(id) on delete cascade);
