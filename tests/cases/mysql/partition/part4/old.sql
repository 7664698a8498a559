create table t (id int, c varchar(10)) partition by list columns(c) (partition p0 values in ('a','b'), partition p1 default);
