create table t (a int) engine=myisam pack_keys=1 checksum=1 delay_key_write=1;
