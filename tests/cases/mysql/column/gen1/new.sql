create table t (a int, b int as (a+5) virtual, c int as (a+7) stored);
