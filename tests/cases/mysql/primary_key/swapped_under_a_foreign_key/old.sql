CREATE TABLE p (id int NOT NULL, code varchar(10) NOT NULL, PRIMARY KEY(id), UNIQUE KEY c(code));
CREATE TABLE c (id int NOT NULL PRIMARY KEY, p_code varchar(10), CONSTRAINT fk1 FOREIGN KEY (p_code) REFERENCES p(code));
