create table t (a timestamp null default null, b timestamp default '2000-01-01 00:00:01', c timestamp(6) default current_timestamp(6) on update current_timestamp(6));
