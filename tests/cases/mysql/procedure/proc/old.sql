create procedure p() select 1;
create function f() returns int return 1;
