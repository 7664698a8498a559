create table t (a bigint, b bigint as (a+1) stored, c bigint as (b+1) virtual);
