create table t (a varchar(100), b int, key k1 (a(10)), unique key u1 (b,a(5)), key k2 (b desc), fulltext key ft (a));
