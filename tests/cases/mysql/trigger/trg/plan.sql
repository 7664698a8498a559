DROP TRIGGER `t3`;
DROP TRIGGER `t2`;
CREATE OR REPLACE trigger t1 before insert on t for each row set new.a=11;
CREATE trigger t2 before insert on t for each row FOLLOWS `t1` set new.a=2;
CREATE trigger t3 before insert on t for each row FOLLOWS `t2` set new.a=3;
