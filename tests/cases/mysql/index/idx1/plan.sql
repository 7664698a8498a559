ALTER TABLE `t`
  DROP KEY `k1`,
  DROP KEY `u1`,
  ADD UNIQUE KEY `u1` (`b`, `a`(5)),
  ADD FULLTEXT KEY `ft` (`a`),
  ADD KEY `k1` (`a`(10)),
  ADD KEY `k2` (`b` DESC);
