CREATE TABLE p (a int CHECK (a > 1), z text DEFAULT 'x');
CREATE TABLE c (b int, z text DEFAULT 'y') INHERITS (p);
CREATE TABLE g (z text DEFAULT 'g' NOT NULL) INHERITS (c);
