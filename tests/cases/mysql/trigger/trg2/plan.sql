DROP TRIGGER `t2`;
CREATE trigger t2 before insert on t for each row set new.a=2;
CREATE OR REPLACE trigger t1 before insert on t for each row FOLLOWS `t2` set new.a=1;
CREATE trigger t4 after update on t for each row begin end;
