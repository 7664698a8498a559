create table t (a int, b int, c int, d int as (a*2) virtual, e int as (a*3) stored);
