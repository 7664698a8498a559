CREATE TYPE state AS ENUM ('new', 'sent', 'paid');
CREATE DOMAIN st AS state;
CREATE TABLE orders (id int, is_in state NOT NULL, was state DEFAULT 'new', h state[], d st, PRIMARY KEY (id, is_in)) PARTITION BY LIST (is_in);
CREATE TABLE orders_new PARTITION OF orders FOR VALUES IN ('new', 'paid');
CREATE TABLE orders_other PARTITION OF orders DEFAULT;
CREATE INDEX was_idx ON orders (was);
CREATE TABLE log (s state, n int);
CREATE VIEW open_ones AS SELECT id, is_in FROM orders WHERE is_in <> 'sent';
CREATE FUNCTION next_of(s state) RETURNS state LANGUAGE sql AS 'SELECT s';
