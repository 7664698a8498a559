CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION c (PARSER = "default");
COMMENT ON TEXT SEARCH CONFIGURATION c IS 'a configuration';
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word, asciiword WITH d, simple;
CREATE TABLE t (a text);
CREATE INDEX i ON t USING gin (to_tsvector('c'::regconfig, a));
CREATE VIEW v AS SELECT to_tsvector('c'::regconfig, a) AS v FROM t;
