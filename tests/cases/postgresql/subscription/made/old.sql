CREATE SUBSCRIPTION gone CONNECTION 'service=gone' PUBLICATION news WITH (connect = false);
