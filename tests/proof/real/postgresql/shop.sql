-- A shop, as an application's framework makes it: serial keys, varchar everywhere, checks over lists of words.
CREATE TYPE order_state AS ENUM ('cart', 'placed', 'paid', 'shipped', 'returned');
CREATE TABLE customers (
    id serial PRIMARY KEY,
    email varchar(320) NOT NULL,
    name varchar(200) NOT NULL DEFAULT '',
    kind varchar(20) NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'company', 'guest')),
    vat_number char(12),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT customers_vat_for_companies CHECK (kind <> 'company' OR vat_number IS NOT NULL)
);
CREATE UNIQUE INDEX customers_email_lower ON customers (lower(email)) WHERE deleted_at IS NULL;
COMMENT ON TABLE customers IS 'Who buys; a guest has no password';
COMMENT ON COLUMN customers.vat_number IS 'As the authority''s register spells it';
CREATE TABLE addresses (
    id bigserial PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    line text[] NOT NULL DEFAULT '{}',
    country char(2) NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    UNIQUE (customer_id, is_default) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE products (
    sku varchar(40) PRIMARY KEY,
    title text NOT NULL,
    price numeric(12,2) NOT NULL CHECK (price >= 0),
    tax_rate numeric(4,3) NOT NULL DEFAULT 0.190,
    gross numeric(14,2) GENERATED ALWAYS AS (round(price * (1 + tax_rate), 2)) STORED,
    attributes jsonb NOT NULL DEFAULT '{}'::jsonb,
    search tsvector GENERATED ALWAYS AS (to_tsvector('english', title)) STORED
) WITH (fillfactor = 80);
CREATE INDEX products_search ON products USING gin (search);
CREATE INDEX products_attributes ON products USING gin (attributes jsonb_path_ops);
CREATE INDEX products_title ON products (title text_pattern_ops, price DESC NULLS LAST) INCLUDE (gross);
CREATE SEQUENCE invoice_numbers AS integer START 1000 INCREMENT 1 NO CYCLE;
CREATE TABLE orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    customer_id integer REFERENCES customers (id) ON DELETE SET NULL,
    address_id bigint REFERENCES addresses ON DELETE RESTRICT,
    state order_state NOT NULL DEFAULT 'cart',
    invoice integer UNIQUE DEFAULT nextval('invoice_numbers'),
    total numeric(14,2) NOT NULL DEFAULT 0,
    placed_at timestamptz,
    CHECK (state = 'cart' OR placed_at IS NOT NULL)
);
CREATE INDEX orders_open ON orders (placed_at) WHERE state IN ('placed', 'paid');
CREATE TABLE order_lines (
    order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
    position smallint NOT NULL,
    sku varchar(40) NOT NULL REFERENCES products (sku) ON UPDATE CASCADE,
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 999),
    price numeric(12,2) NOT NULL,
    PRIMARY KEY (order_id, position)
);
CREATE VIEW order_totals AS
    SELECT o.id, o.state, coalesce(sum(l.quantity * l.price), 0) AS total, count(l.*) AS lines
    FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id
    GROUP BY o.id, o.state;
CREATE VIEW unpaid AS SELECT id, total FROM order_totals WHERE state = 'placed' AND total > 0;
COMMENT ON VIEW unpaid IS 'What accounting looks at';
