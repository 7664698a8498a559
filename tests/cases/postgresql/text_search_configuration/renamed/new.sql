CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION words (PARSER = "default");
COMMENT ON TEXT SEARCH CONFIGURATION words IS 'a configuration';
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR word, asciiword WITH d, simple;
CREATE TABLE t (a text);
CREATE INDEX i ON t USING gin (to_tsvector('words'::regconfig, a));
CREATE VIEW v AS SELECT to_tsvector('words'::regconfig, a) AS v FROM t;
