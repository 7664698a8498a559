create table t (a text, b blob compressed);
