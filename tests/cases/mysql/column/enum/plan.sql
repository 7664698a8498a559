ALTER TABLE `t`
  MODIFY COLUMN `a` enum('b','c','a''x','é') CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL DEFAULT 'b',
  ALGORITHM=COPY, LOCK=SHARED;
