"""SQLite: `CASES` are changes of models, `LIVE` is SQL run on a database that was made from `PLAIN`."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)

from .common import PARENT, PLAIN, Case, Fill, col, index, item, ordered


def _child(**options: Any) -> Fill:
    name = options.pop("name", "item_parent")
    return item(ForeignKeyConstraint(["amount"], ["parent.id"], name=name, **options), more=PARENT)


CASES: Final[dict[str, Case]] = {
    "a table comes": (PLAIN, item(named="other", more=PLAIN)),
    "a table goes": (item(named="other", more=PLAIN), PLAIN),
    "a column comes": (PLAIN, item(extra=col(Integer))),
    "a column goes": (item(extra=col(Integer)), PLAIN),
    "a required column with a default comes": (PLAIN, item(extra=col(Integer, nullable=False, server_default="7"))),
    "a column is called otherwise": (PLAIN, item(amount=None, total=col(Integer, info={"renamed_from": "amount"}))),
    "another column in the place of one": (PLAIN, item(amount=None, amount2=col(Integer))),
    "a column is required": (PLAIN, item(amount=col(Integer, nullable=False))),
    "a column may be null": (item(amount=col(Integer, nullable=False)), PLAIN),
    "another type": (PLAIN, item(amount=col(Text))),
    "varchar is longer": (PLAIN, item(label=col(String(40)))),
    "numeric gets a scale": (item(amount=col(Numeric(10))), item(amount=col(Numeric(10, 2)))),
    "a default comes": (PLAIN, item(amount=col(Integer, server_default="1"))),
    "a default changes": (item(amount=col(Integer, server_default="1")), item(amount=col(Integer, server_default="2"))),
    "a default goes": (item(amount=col(Integer, server_default="1")), PLAIN),
    "a column is sorted otherwise": (PLAIN, item(label=col(String(20, collation="NOCASE")))),
    "the order of columns": (PLAIN, ordered("id", "note", "label", "amount")),
    "the primary key gets a column": (
        item(amount=col(Integer, nullable=False)),
        item(amount=col(Integer, primary_key=True)),
    ),
    "the name of the primary key": (
        item(PrimaryKeyConstraint("id", name="item_key"), id=col(Integer)),
        item(PrimaryKeyConstraint("id", name="item_pk"), id=col(Integer)),
    ),
    "a unique constraint comes": (PLAIN, item(UniqueConstraint("amount", name="item_uq"))),
    "a unique constraint goes": (item(UniqueConstraint("amount", name="item_uq")), PLAIN),
    "what a second equal row does": (
        item(UniqueConstraint("amount", name="item_uq")),
        item(UniqueConstraint("amount", name="item_uq", sqlite_on_conflict="IGNORE")),
    ),
    "a foreign key comes": (item(more=PARENT), _child()),
    "a foreign key cascades": (_child(), _child(ondelete="CASCADE")),
    "a foreign key is checked at the end": (_child(), _child(deferrable=True, initially="DEFERRED")),
    "only the name of a foreign key": (_child(), _child(name="item_parent_fk")),
    "a check comes": (PLAIN, item(CheckConstraint("amount > 0", name="item_ck"))),
    "a check comes without a name": (PLAIN, item(CheckConstraint("amount > 0"))),
    "a check goes": (item(CheckConstraint("amount > 0", name="item_ck")), PLAIN),
    "a check asks something else": (
        item(CheckConstraint("amount > 0", name="item_ck")),
        item(CheckConstraint("amount > 5", name="item_ck")),
    ),
    "an index comes": (PLAIN, item(index("amount"))),
    "an index goes": (item(index("amount")), PLAIN),
    "an index over more": (item(index("amount")), item(index("amount", "label"))),
    "an index becomes unique": (item(index("amount")), item(index("amount", unique=True))),
    "an index becomes partial": (item(index("amount")), item(index("amount", sqlite_where=text("amount > 0")))),
    "the condition of an index": (
        item(index("amount", sqlite_where=text("amount > 0"))),
        item(index("amount", sqlite_where=text("amount > 9"))),
    ),
    "an index runs backwards": (item(index("amount")), item(index(lambda t: t.c.amount.desc()))),
    "the expression of an index": (
        item(index(lambda t: func.lower(t.c.label))),
        item(index(lambda t: func.upper(t.c.label))),
    ),
    "a computed column comes": (PLAIN, item(twice=col(Integer, Computed("amount * 2")))),
    "a computed column computes something else": (
        item(twice=col(Integer, Computed("amount * 2"))),
        item(twice=col(Integer, Computed("amount * 3"))),
    ),
    "a computed column is kept": (
        item(twice=col(Integer, Computed("amount * 2"))),
        item(twice=col(Integer, Computed("amount * 2", persisted=True))),
    ),
    "numbers are never used twice": (PLAIN, item(_sqlite_autoincrement=True)),
    "a table without rowid": (PLAIN, item(_sqlite_with_rowid=False)),
    "a strict table": (item(label=col(Text)), item(label=col(Text), _sqlite_strict=True)),
}

LIVE: Final[dict[str, str]] = {
    "a view": "CREATE VIEW by_hand AS SELECT 1 AS x",
    "a trigger": "CREATE TRIGGER by_hand AFTER INSERT ON item BEGIN SELECT 1; END",
    "an index": "CREATE INDEX by_hand ON item (amount)",
    "a column": "ALTER TABLE item ADD COLUMN by_hand INTEGER",
    "a column goes": "ALTER TABLE item DROP COLUMN note",
    "a column is called otherwise": "ALTER TABLE item RENAME COLUMN note TO by_hand",
    "a table": "CREATE TABLE by_hand (i INTEGER)",
    "a virtual table": "CREATE VIRTUAL TABLE by_hand USING fts5(body)",
}
