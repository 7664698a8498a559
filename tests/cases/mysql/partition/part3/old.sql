create table t (id int) partition by list(id) (partition p0 values in (1,2), partition p1 values in (3,null));
