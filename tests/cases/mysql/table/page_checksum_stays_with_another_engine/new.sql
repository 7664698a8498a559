CREATE TABLE t (a int, b int) ENGINE=InnoDB;
