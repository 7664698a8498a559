create table Users (a int);
