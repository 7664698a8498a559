create table users (a int);
