CREATE TABLE p (
    id integer PRIMARY KEY,
    a integer,
    b integer CONSTRAINT ni NOT NULL,
    c integer CONSTRAINT c_there NOT NULL NO INHERIT,
    d integer CONSTRAINT d_there NOT NULL NO INHERIT,
    e integer CONSTRAINT ev NOT NULL,
    f integer
);
ALTER TABLE p ADD CONSTRAINT nw NOT NULL a NOT VALID;
ALTER TABLE p ADD NOT NULL f NOT VALID;
COMMENT ON CONSTRAINT ni ON p IS 'Everywhere';
COMMENT ON CONSTRAINT ev ON p IS 'Was checked';
