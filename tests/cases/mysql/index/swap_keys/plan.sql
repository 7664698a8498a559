ALTER TABLE `t`
  DROP KEY `x`,
  DROP KEY `y`,
  ADD KEY `x` (`b`),
  ADD KEY `y` (`a`),
  ALGORITHM=NOCOPY, LOCK=NONE;
