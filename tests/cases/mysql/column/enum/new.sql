create table t (a enum('b','c','a''x','é') character set latin1 not null default 'b');
