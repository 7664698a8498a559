ALTER TABLE `t`
  DROP CONSTRAINT `c1`,
  MODIFY COLUMN `a` int(11) CHECK (`a` > 5),
  MODIFY COLUMN `b` int(11) CHECK (`b` < 9),
  ADD CONSTRAINT `c1` CHECK (`b` >= `a`),
  ADD CONSTRAINT `c2` CHECK (`a` <> 3);
