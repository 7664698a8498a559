CREATE TABLE p (id smallserial);
