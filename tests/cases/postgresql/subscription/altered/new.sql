CREATE SUBSCRIPTION heard CONNECTION 'service=heard' PUBLICATION news
    WITH (connect = false, slot_name = other, binary, synchronous_commit = local, streaming = on);
ALTER SUBSCRIPTION heard ENABLE;
