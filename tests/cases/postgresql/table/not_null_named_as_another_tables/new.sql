CREATE TABLE a (b_c integer);
CREATE TABLE a_b (c integer NOT NULL);
