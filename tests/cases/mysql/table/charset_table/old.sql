create table t (a varchar(10), b text, c int, d enum('a')) charset latin1;
