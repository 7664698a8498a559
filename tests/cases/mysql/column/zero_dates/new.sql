SET sql_mode='';
CREATE TABLE t (id int NOT NULL, a datetime NOT NULL DEFAULT '0000-00-00 00:00:00', b date DEFAULT '0000-00-00', ts timestamp NOT NULL DEFAULT 0, c varchar(5) DEFAULT 'a');
