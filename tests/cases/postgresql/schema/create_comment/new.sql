CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'the app''s';
CREATE TABLE app.t (a int);
