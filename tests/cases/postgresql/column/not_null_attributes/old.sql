CREATE TABLE p (
    id integer PRIMARY KEY,
    a integer,
    b integer CONSTRAINT ni NOT NULL NO INHERIT,
    c integer NOT NULL,
    d integer CONSTRAINT d_there NOT NULL,
    e integer,
    f integer NOT NULL
);
INSERT INTO p VALUES (1, NULL, 2, 3, 4, 5, 6);
ALTER TABLE p ADD CONSTRAINT nv NOT NULL a NOT VALID;
ALTER TABLE p ADD CONSTRAINT ev NOT NULL e NOT VALID;
COMMENT ON CONSTRAINT ni ON p IS 'Here only';
COMMENT ON CONSTRAINT p_c_not_null ON p IS 'There';
