CREATE FUNCTION `f`(x int) RETURNS int(11)
    DETERMINISTIC
return x+1;
CREATE VIEW `v` AS select `f`(`t`.`a`) AS `fa` from `t`;
