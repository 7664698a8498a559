CREATE OR REPLACE ALGORITHM=UNDEFINED VIEW `b` AS select `t`.`a` AS `a` from `t`;
CREATE OR REPLACE ALGORITHM=UNDEFINED VIEW `a` AS select `b`.`a` AS `a` from `b`;
