CREATE FUNCTION validated(text[], oid) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FOREIGN DATA WRAPPER "Files" VALIDATOR validated OPTIONS (debug 'true', note 'it''s');
COMMENT ON FOREIGN DATA WRAPPER "Files" IS 'reads files';
CREATE FOREIGN DATA WRAPPER bare;
