create table t (a int, b int invisible default 5, c int as (a) invisible);
