ALTER TABLE `t`
  DROP KEY `k`,
  ADD KEY `k` (`a`) USING BTREE,
  ADD KEY `k2` (`a`);
