create table `weird` (`a b` int, `c``d` int, `select` int, key `k k` (`a b`));
