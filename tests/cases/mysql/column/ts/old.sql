create table t (a timestamp not null default current_timestamp on update current_timestamp);
