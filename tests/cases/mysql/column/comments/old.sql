create table t (a int comment 'x', b int) comment 'tt';
