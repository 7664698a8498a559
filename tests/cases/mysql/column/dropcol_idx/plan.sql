ALTER TABLE `t`
  DROP KEY `k`,
  DROP KEY `k2`,
  DROP KEY `u`,
  DROP COLUMN `b`,
  ADD UNIQUE KEY `u` (`c`),
  ADD KEY `k` (`a`);
