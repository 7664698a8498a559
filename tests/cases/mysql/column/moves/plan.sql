ALTER TABLE `t`
  MODIFY COLUMN `c` bigint(20),
  ADD COLUMN `x` int(11);
