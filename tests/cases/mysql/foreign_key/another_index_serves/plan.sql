ALTER TABLE `c`
  DROP KEY `idx_p`,
  ADD KEY `idx_pq` (`p`, `q`),
  ALGORITHM=NOCOPY, LOCK=NONE;
