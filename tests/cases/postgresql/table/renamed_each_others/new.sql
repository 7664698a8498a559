CREATE TABLE b (id integer CONSTRAINT a_pkey PRIMARY KEY, x text);
CREATE TABLE a (id integer CONSTRAINT b_pkey PRIMARY KEY, y text);
CREATE VIEW v AS SELECT b.x, a.y FROM b JOIN a USING (id);
