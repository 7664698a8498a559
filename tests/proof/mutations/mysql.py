"""Single changes of models for MySQL and MariaDB: CASES[name] = (before, after), each a function that fills a MetaData.

LIVE[name] is SQL that changes a database made from `PLAIN` behind the models' back.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.mysql import DATETIME, INTEGER, VARCHAR

from tests.proof.mutations.common import PARENT, PLAIN, Case, Fill, col, index, item, ordered

_ON_UPDATE = "current_timestamp() on update current_timestamp()"


def _child(**options: str) -> Fill:
    return item(ForeignKeyConstraint(["amount"], ["parent.id"], name="to_parent", **options), more=PARENT)


def _at(default: str) -> Fill:
    return item(at=col(DateTime, server_default=text(default)))


CASES: Final[dict[str, Case]] = {
    "a table comes": (PLAIN, item(named="other", more=PLAIN)),
    "a column comes": (PLAIN, item(extra=col(Integer))),
    "a column has another name": (PLAIN, item(amount=None, total=col(Integer))),
    "a column is required": (PLAIN, item(amount=col(Integer, nullable=False))),
    "a wider type": (PLAIN, item(amount=col(BigInteger))),
    "a type without a sign": (PLAIN, item(amount=col(INTEGER(unsigned=True)))),
    "a longer text": (PLAIN, item(label=col(String(30)))),
    "a text of another character set": (PLAIN, item(label=col(VARCHAR(20, charset="latin1")))),
    "a text of another collation": (PLAIN, item(label=col(String(20, collation="utf8mb4_bin")))),
    "another precision": (item(price=col(Numeric(10, 2))), item(price=col(Numeric(12, 4)))),
    "another default": (item(amount=col(Integer, server_default="1")), item(amount=col(Integer, server_default="2"))),
    "a column that follows its row": (_at("current_timestamp()"), _at(_ON_UPDATE)),
    "fractions of seconds": (item(at=col(DateTime)), item(at=col(DATETIME(fsp=6)))),
    "a comment on a column": (PLAIN, item(amount=col(Integer, comment="in cents"))),
    "a comment on the table": (PLAIN, item(_comment="what is sold")),
    "another engine": (PLAIN, item(_mysql_engine="MyISAM")),
    "another character set of the table": (PLAIN, item(_mysql_charset="latin1")),
    "another row format": (PLAIN, item(_mysql_row_format="COMPRESSED")),
    "the order of columns": (PLAIN, ordered("id", "note", "label", "amount")),
    "another primary key": (
        item(amount=col(Integer, nullable=False)),
        item(amount=col(Integer, primary_key=True, autoincrement=False)),
    ),
    "numbers are no longer given": (PLAIN, item(id=col(Integer, primary_key=True, autoincrement=False))),
    "a unique constraint comes": (PLAIN, item(UniqueConstraint("amount", name="one_amount"))),
    "what a foreign key does": (_child(), _child(ondelete="CASCADE")),
    "a check comes": (PLAIN, item(CheckConstraint("amount > 0", name="positive"))),
    "another check": (
        item(CheckConstraint("amount > 0", name="positive")),
        item(CheckConstraint("amount > 5", name="positive")),
    ),
    "an index comes": (PLAIN, item(index("amount"))),
    "an index over more columns": (item(index("amount")), item(index("amount", "label"))),
    "an index over a prefix": (item(index("label")), item(index("label", mysql_length={"label": 5}))),
    "a full-text index": (item(index("label")), item(index("label", mysql_prefix="FULLTEXT"))),
    "an index that descends": (item(index("amount")), item(index(lambda t: t.c.amount.desc()))),
    "an enum gets a value": (item(kind=col(Enum("x", "y"))), item(kind=col(Enum("x", "y", "z")))),
    "an enum in another order": (item(kind=col(Enum("x", "y"))), item(kind=col(Enum("y", "x")))),
    "a JSON column": (PLAIN, item(note=col(JSON))),
    "another computation": (
        item(double=col(Integer, Computed("amount + 1"))),
        item(double=col(Integer, Computed("amount + 2"))),
    ),
    "a computation is stored": (
        item(double=col(Integer, Computed("amount + 1", persisted=False))),
        item(double=col(Integer, Computed("amount + 1", persisted=True))),
    ),
}

LIVE: Final = {
    "view": "CREATE VIEW v AS SELECT 1 x",
    "procedure": "CREATE PROCEDURE pr() SELECT 1",
    "function": "CREATE FUNCTION fn() RETURNS int DETERMINISTIC RETURN 1",
    "trigger": "CREATE TRIGGER tr BEFORE INSERT ON item FOR EACH ROW SET NEW.amount = 1",
    "event": "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    "check": "ALTER TABLE item ADD CONSTRAINT nv CHECK (amount > 0)",
    "partitioning": "ALTER TABLE item PARTITION BY HASH (id) PARTITIONS 4",
    "sequence": "CREATE SEQUENCE s",
    "ignored index": "ALTER TABLE item ADD INDEX ii (amount) IGNORED",
    "extra table": "CREATE TABLE zz (i int)",
    "system versioning": "ALTER TABLE item ADD SYSTEM VERSIONING",
    "invisible column": "ALTER TABLE item MODIFY amount int INVISIBLE",
}
