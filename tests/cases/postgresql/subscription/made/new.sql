CREATE SUBSCRIPTION "it's new" CONNECTION E'service=\'it\\\'s new\'' PUBLICATION news WITH (connect = false, slot_name = NONE);
COMMENT ON SUBSCRIPTION "it's new" IS 'why it is here';
