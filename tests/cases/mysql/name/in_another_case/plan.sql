ALTER TABLE `t` RENAME COLUMN `UserName` TO `username`;
