CREATE TYPE r AS RANGE (subtype = numeric, multirange_type_name = multirange_of_r);
CREATE TYPE tr AS RANGE (subtype = text, collation = "C");
CREATE TABLE t (a r, b tr, c multirange_of_r);
