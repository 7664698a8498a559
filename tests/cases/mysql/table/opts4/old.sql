create table t (a int) row_format=compressed key_block_size=8;
