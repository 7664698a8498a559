create event e on schedule at '2035-01-01 10:00:00' on completion preserve do select 2;
create event e2 on schedule every '1:30' hour_minute starts '2030-01-01' comment 'c' do begin select 1; end;
