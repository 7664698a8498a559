create table t (a varchar(10), b text character set latin1, c int, d enum('a')) charset utf8mb4 collate utf8mb4_bin;
