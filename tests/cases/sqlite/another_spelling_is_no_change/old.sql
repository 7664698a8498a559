CREATE TABLE t (id integer primary key, a varchar(20) default 'X' not null, b INTEGER check(b>0 and a in('x','y')), foreign key(b) references t(id));
create index ix on t(lower(a), b asc) where b>0;
create view v as select a from t where b>1;
create trigger tr after insert on t begin select 1; end;
