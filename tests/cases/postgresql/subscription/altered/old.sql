CREATE SUBSCRIPTION heard CONNECTION 'service=heard' PUBLICATION "Odd one", news WITH (connect = false);
COMMENT ON SUBSCRIPTION heard IS 'why it is here';
