CREATE TYPE pair AS (b text, c date, a int);
CREATE TABLE pairs OF pair (PRIMARY KEY (a));
