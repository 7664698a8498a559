create table t (id int, d date, primary key(id,d)) partition by range (year(d)) (partition p0 values less than (2000), partition p1 values less than maxvalue);
