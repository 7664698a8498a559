"""PostgreSQL: `CASES` are changes of models, `LIVE` is SQL run on a database that was made from `PLAIN`."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy import Column as C
from sqlalchemy.dialects import postgresql as pg

from .common import PARENT, PLAIN, Case, Fill, col, index, item, ordered, void


def _child(**options: Any) -> Fill:
    name = options.pop("name", "item_parent")
    return item(ForeignKeyConstraint(["amount"], ["parent.id"], name=name, **options), more=PARENT)


def _mood(*labels: str, **options: Any) -> Fill:
    return item(mood=col(Enum(*labels, name="mood"), **options))


def _partitioned(by: str | None) -> Fill:
    options = {"postgresql_partition_by": by} if by else {}
    return lambda m: void(Table("item", m, C("id", Integer), C("amount", Integer), **options))


def _serial(name: str, **options: Any) -> Fill:
    return item(more=lambda m: void(Sequence(name, metadata=m, **options)))


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
    "integer becomes bigint": (PLAIN, item(amount=col(BigInteger))),
    "numeric gets a scale": (item(amount=col(Numeric(10))), item(amount=col(Numeric(10, 2)))),
    "a timestamp gets a time zone": (item(at=col(DateTime)), item(at=col(DateTime(timezone=True)))),
    "varchar is longer": (PLAIN, item(label=col(String(40)))),
    "varchar becomes text": (PLAIN, item(label=col(Text))),
    "a column becomes an array": (item(tags=col(Text)), item(tags=col(pg.ARRAY(Text)))),
    "json becomes jsonb": (item(doc=col(pg.JSON)), item(doc=col(pg.JSONB))),
    "a default comes": (PLAIN, item(amount=col(Integer, server_default="1"))),
    "a default changes": (item(amount=col(Integer, server_default="1")), item(amount=col(Integer, server_default="2"))),
    "a default goes": (item(amount=col(Integer, server_default="1")), PLAIN),
    "a default becomes a call": (
        item(day=col(Date, server_default=text("'2020-01-01'"))),
        item(day=col(Date, server_default=func.current_date())),
    ),
    "a column gets a comment": (PLAIN, item(amount=col(Integer, comment="how much, in %"))),
    "a table gets a comment": (PLAIN, item(_comment="what it's for")),
    "a comment goes": (item(_comment="what it's for"), PLAIN),
    "a column is sorted otherwise": (PLAIN, item(label=col(String(20, collation="C")))),
    "the order of columns": (PLAIN, ordered("id", "note", "label", "amount")),
    "the primary key gets a column": (PLAIN, item(amount=col(Integer, primary_key=True))),
    "the primary key gets a column that was required": (
        item(amount=col(Integer, nullable=False)),
        item(amount=col(Integer, primary_key=True, autoincrement=False)),
    ),
    "the name of the primary key": (
        item(PrimaryKeyConstraint("id", name="item_key"), id=col(Integer)),
        item(PrimaryKeyConstraint("id", name="item_pk"), id=col(Integer)),
    ),
    "a unique constraint comes": (PLAIN, item(UniqueConstraint("amount", name="item_uq"))),
    "a unique constraint goes": (item(UniqueConstraint("amount", name="item_uq")), PLAIN),
    "unique columns change": (
        item(UniqueConstraint("amount", name="item_uq")),
        item(UniqueConstraint("amount", "label", name="item_uq")),
    ),
    "two nulls are the same": (
        item(UniqueConstraint("amount", name="item_uq")),
        item(UniqueConstraint("amount", name="item_uq", postgresql_nulls_not_distinct=True)),
    ),
    "unique at the end of the transaction": (
        item(UniqueConstraint("amount", name="item_uq")),
        item(UniqueConstraint("amount", name="item_uq", deferrable=True, initially="DEFERRED")),
    ),
    "a unique constraint carries a column": (
        item(UniqueConstraint("amount", name="item_uq")),
        item(UniqueConstraint("amount", name="item_uq", postgresql_include=["label"])),
    ),
    "a foreign key comes": (item(more=PARENT), _child()),
    "a foreign key goes": (_child(), item(more=PARENT)),
    "a foreign key cascades": (_child(), _child(ondelete="CASCADE")),
    "a foreign key follows the key": (_child(), _child(onupdate="CASCADE")),
    "a foreign key names what it sets null": (_child(ondelete="SET NULL"), _child(ondelete="SET NULL (amount)")),
    "a foreign key is checked at the end": (_child(), _child(deferrable=True, initially="DEFERRED")),
    "a foreign key matches in full": (_child(), _child(match="FULL")),
    "only the name of a foreign key": (_child(), _child(name="item_parent_fk")),
    "a check comes": (PLAIN, item(CheckConstraint("amount > 0", name="item_ck"))),
    "a check comes without a name": (PLAIN, item(CheckConstraint("amount > 0"))),
    "a check goes": (item(CheckConstraint("amount > 0", name="item_ck")), PLAIN),
    "a check asks something else": (
        item(CheckConstraint("amount > 0", name="item_ck")),
        item(CheckConstraint("amount > 5", name="item_ck")),
    ),
    "a check over texts": (PLAIN, item(CheckConstraint("label in ('new', 'old')", name="item_ck"))),
    "an exclusion comes": (
        PLAIN,
        item(pg.ExcludeConstraint((literal_column("int4range(id, id + 1)"), "&&"), name="item_ex", using="gist")),
    ),
    "an index comes": (PLAIN, item(index("amount"))),
    "an index goes": (item(index("amount")), PLAIN),
    "an index over more": (item(index("amount")), item(index("amount", "label"))),
    "an index becomes unique": (item(index("amount")), item(index("amount", unique=True))),
    "an index becomes partial": (item(index("amount")), item(index("amount", postgresql_where=text("amount > 0")))),
    "the condition of an index": (
        item(index("amount", postgresql_where=text("amount > 0"))),
        item(index("amount", postgresql_where=text("amount > 9"))),
    ),
    "the method of an index": (item(index("amount")), item(index("amount", postgresql_using="hash"))),
    "an index carries a column": (item(index("amount")), item(index("amount", postgresql_include=["label"]))),
    "the operators of an index": (
        item(index("label")),
        item(index("label", postgresql_ops={"label": "varchar_pattern_ops"})),
    ),
    "an index runs backwards": (item(index("amount")), item(index(lambda t: t.c.amount.desc()))),
    "an index has its nulls last": (
        item(index(lambda t: t.c.amount.desc())),
        item(index(lambda t: t.c.amount.desc().nulls_last())),
    ),
    "the expression of an index": (
        item(index(lambda t: func.lower(t.c.label))),
        item(index(lambda t: func.upper(t.c.label))),
    ),
    "an index leaves room": (item(index("amount")), item(index("amount", postgresql_with={"fillfactor": 70}))),
    "an index takes two nulls for equal": (
        item(index("amount", unique=True)),
        item(index("amount", unique=True, postgresql_nulls_not_distinct=True)),
    ),
    "an enum gets a value": (_mood("sad", "happy"), _mood("sad", "happy", "it's fine")),
    "an enum gets a value in between": (_mood("sad", "happy"), _mood("sad", "so so", "happy")),
    "an enum loses a value": (_mood("sad", "so so", "happy"), _mood("sad", "happy")),
    "an enum under a default": (
        _mood("sad", "happy", server_default="sad"),
        _mood("happy", "sad", server_default="sad"),
    ),
    "a column becomes an enum": (item(mood=col(Text)), _mood("sad", "happy")),
    "a column numbers itself": (item(amount=col(Integer, nullable=False)), item(amount=col(Integer, Identity()))),
    "how a column numbers itself": (
        item(amount=col(Integer, Identity(increment=1))),
        item(amount=col(Integer, Identity(always=True, start=100, increment=5))),
    ),
    "a computed column comes": (PLAIN, item(twice=col(Integer, Computed("amount * 2", persisted=True)))),
    "a computed column computes something else": (
        item(twice=col(Integer, Computed("amount * 2", persisted=True))),
        item(twice=col(Integer, Computed("amount * 3", persisted=True))),
    ),
    "a sequence comes": (PLAIN, _serial("item_numbers")),
    "a sequence counts otherwise": (_serial("item_numbers"), _serial("item_numbers", start=10, increment=2)),
    "a table leaves room": (PLAIN, item(_postgresql_with={"fillfactor": 70})),
    "a table is not logged": (PLAIN, item(_prefixes=["UNLOGGED"])),
    "a table is divided": (_partitioned(None), _partitioned("RANGE (id)")),
    "a table in a schema of its own": (PLAIN, item(named="other", _schema="apart", more=PLAIN)),
}

LIVE: Final[dict[str, str]] = {
    "a table": "CREATE TABLE by_hand (i int)",
    "a column": "ALTER TABLE item ADD COLUMN by_hand int",
    "a column goes": "ALTER TABLE item DROP COLUMN note",
    "a view": "CREATE VIEW by_hand AS SELECT 1 AS x",
    "a materialised view": "CREATE MATERIALIZED VIEW by_hand AS SELECT 1 AS x",
    "a function": "CREATE FUNCTION by_hand() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a trigger": """
        CREATE FUNCTION by_hand_f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;
        CREATE TRIGGER by_hand BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION by_hand_f()
    """,
    "row security": "ALTER TABLE item ENABLE ROW LEVEL SECURITY",
    "a policy": "CREATE POLICY by_hand ON item USING (true)",
    "a grant": "GRANT SELECT ON item TO PUBLIC",
    "an enum": "CREATE TYPE by_hand AS ENUM ('a')",
    "a domain": "CREATE DOMAIN by_hand AS int CHECK (value > 0)",
    "an extension": "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "a check that is not valid": "ALTER TABLE item ADD CONSTRAINT by_hand CHECK (amount > 0) NOT VALID",
    "a rule": "CREATE RULE by_hand AS ON DELETE TO item DO INSTEAD NOTHING",
    "a statistics target": "ALTER TABLE item ALTER amount SET STATISTICS 500",
    "a storage": "ALTER TABLE item ALTER label SET STORAGE EXTERNAL",
    "unlogged": "ALTER TABLE item SET UNLOGGED",
    "a replica identity": "ALTER TABLE item REPLICA IDENTITY FULL",
    "a sequence": "CREATE SEQUENCE by_hand",
    "an index": "CREATE INDEX by_hand ON item (amount)",
    "a default": "ALTER TABLE item ALTER amount SET DEFAULT 5",
    "a comment": "COMMENT ON TABLE item IS 'by hand'",
    "a column is required": "ALTER TABLE item ALTER amount SET NOT NULL",
}
