CREATE DOMAIN amount AS numeric(6);
CREATE DOMAIN price AS amount;
CREATE TABLE t (a amount, p price);
