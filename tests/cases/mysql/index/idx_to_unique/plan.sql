ALTER TABLE `t`
  DROP KEY `k`,
  ADD UNIQUE KEY `k` (`a`);
