ALTER TABLE `p`
  DROP KEY `ux`,
  ADD COLUMN `v` int(11),
  ADD UNIQUE KEY `uy` (`u`, `v`);
