CREATE TABLE p (id int, r int4range, EXCLUDE USING btree (id WITH =)) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE TABLE q (id int, r int4range, EXCLUDE USING btree (id WITH =)) PARTITION BY RANGE (id);
CREATE TABLE q1 (id int, r int4range);
CREATE TABLE anew (id int, r int4range, EXCLUDE USING btree (id WITH =)) PARTITION BY RANGE (id);
CREATE TABLE anew1 PARTITION OF anew DEFAULT;
