create table t (a text, fulltext key (a), b geometry not null, spatial key s(b));
