create table `weird` (`a b` int, `c``d` bigint, `select` int, `x"y` int, `ü` int, primary key (`select`), key `k k` (`a b`,`c``d`), key `i"x` (`x"y`));
create table `order.by` (`a.b` int primary key);
create view `v v` as select `a b` from `weird`;
