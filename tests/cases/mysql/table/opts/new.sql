create table t (a int) engine=innodb row_format=dynamic stats_persistent=0 stats_auto_recalc=0 stats_sample_pages=10 max_rows=100 min_rows=5 avg_row_length=10;
