CREATE TEXT SEARCH CONFIGURATION c (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR asciiword, word WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR int WITH simple;
CREATE TABLE t (body text, v tsvector);
CREATE INDEX i ON t USING gin (to_tsvector('c', body));
