ALTER TABLE `t`
  ADD COLUMN `b` geometry NOT NULL,
  ADD FULLTEXT KEY `a` (`a`),
  ADD SPATIAL KEY `s` (`b`);
