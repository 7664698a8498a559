ALTER TABLE `c`
  DROP KEY `f`,
  ADD COLUMN `x` int(11),
  ADD KEY `k` (`pid`, `x`),
  ADD KEY `f` (`pid`),
  ALGORITHM=INPLACE, LOCK=NONE;
