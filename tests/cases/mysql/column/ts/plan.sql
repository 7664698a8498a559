ALTER TABLE `t`
  MODIFY COLUMN `a` timestamp NULL,
  ADD COLUMN `b` timestamp NULL DEFAULT '2000-01-01 00:00:01',
  ADD COLUMN `c` timestamp(6) NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6);
