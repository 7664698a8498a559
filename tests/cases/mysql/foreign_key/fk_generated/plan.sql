ALTER TABLE `c`
  DROP KEY `f`,
  ADD COLUMN `x` int(11),
  ADD KEY `k` (`pid`, `x`),
  ALGORITHM=INPLACE, LOCK=NONE;
