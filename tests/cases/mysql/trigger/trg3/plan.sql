DROP TRIGGER `t1`;
CREATE trigger t1 before insert on u for each row set new.a=1;
