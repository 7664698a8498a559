create table e (id int primary key, m int, foreign key (m) references e(id) on delete set null);
