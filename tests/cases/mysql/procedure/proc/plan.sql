CREATE OR REPLACE FUNCTION `f`() RETURNS varchar(10) CHARSET utf8mb4 COLLATE utf8mb4_general_ci
    DETERMINISTIC
return 'x''y';
CREATE OR REPLACE PROCEDURE `p`(in a int)
    COMMENT 'x'
begin declare b int; set b = a; select b; end;
CREATE PROCEDURE `f`()
select 2;
