create table t (id int, x int auto_increment unique);
