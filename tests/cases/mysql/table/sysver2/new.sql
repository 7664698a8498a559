create table t (a int, b varchar(10), rs timestamp(6) generated always as row start, re timestamp(6) generated always as row end, period for system_time(rs,re)) with system versioning;
