create table t (a int) engine=aria transactional=0;
