create procedure p(in a int) comment 'x' begin declare b int; set b = a; select b; end;
create procedure f() select 2;
create function f() returns varchar(10) deterministic return 'x''y';
