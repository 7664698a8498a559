create table t (a text compressed, b blob);
