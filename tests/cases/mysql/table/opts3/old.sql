create table t (a int) engine=aria transactional=1 page_checksum=0;
