"""One change of a SQLite table that needs a rebuild, by Alembic's batch mode and by us: what lives through it.

A database for each thing that may get lost: a table `item`, the thing, and a question whose answer must stay the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.pool import NullPool

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import compare, require_sound
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.sqlite import DIALECT
from reconciler.dialects.sqlite.session import connect
from reconciler.errors import ReconcileError


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """`table` is the definition of `item`, in which `{}` stands for the type that changes; `more` what is beside it."""

    what: str
    asked: str
    table: str = "CREATE TABLE item (id INTEGER PRIMARY KEY, price {})"
    more: str = ""


ROWS = "INSERT INTO item (id, price) VALUES (1, 10), (2, 20);"
_CHILD = (
    "CREATE TABLE child (id INTEGER PRIMARY KEY, item INTEGER REFERENCES item (id) {}); "
    "INSERT INTO child VALUES (1, 1), (2, 2);"
)
_TEXT = "SELECT sql LIKE '%{}%' FROM sqlite_schema WHERE name = 'item'"

THINGS = (
    Thing(what="the rows of the table", asked="SELECT id, price + 0 FROM item ORDER BY id"),
    Thing(
        what="the rows of a child with ON DELETE CASCADE",
        more=_CHILD.format("ON DELETE CASCADE"),
        asked="SELECT id, item FROM child ORDER BY id",
    ),
    Thing(
        what="the values of a child with ON DELETE SET NULL",
        more=_CHILD.format("ON DELETE SET NULL"),
        asked="SELECT id, item FROM child ORDER BY id",
    ),
    Thing(
        what="a child that forbids it (RESTRICT)",
        more=_CHILD.format("ON DELETE RESTRICT"),
        asked="SELECT id FROM child",
    ),
    Thing(
        what="a child's foreign key, enforced",
        more=_CHILD.format(""),
        asked='SELECT "table", "from", "to" FROM pragma_foreign_key_list(\'child\')',
    ),
    Thing(
        what="a trigger on the table",
        more="CREATE TRIGGER tr AFTER DELETE ON item BEGIN SELECT 1; END;",
        asked="SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'",
    ),
    Thing(
        what="a trigger elsewhere that writes to the table",
        more="CREATE TABLE other (a); CREATE TRIGGER tr AFTER INSERT ON other BEGIN UPDATE item SET price = 0; END;",
        asked="SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'",
    ),
    Thing(what="a view over the table", more="CREATE VIEW v AS SELECT id FROM item;", asked="SELECT * FROM v"),
    Thing(
        what="an INSTEAD OF trigger on such a view",
        more="CREATE VIEW v AS SELECT id FROM item; CREATE TRIGGER tr INSTEAD OF DELETE ON v BEGIN SELECT 1; END;",
        asked="SELECT type, name FROM sqlite_schema WHERE type <> 'table' ORDER BY 1",
    ),
    Thing(
        what="a check without a name",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, CHECK (id > 0))",
        asked=_TEXT.format("CHECK (id > 0)"),
    ),
    Thing(
        what="a check with a name",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, CONSTRAINT sane CHECK (id > 0))",
        asked=_TEXT.format("CONSTRAINT sane CHECK (id > 0)"),
    ),
    Thing(
        what="a check in the column that changes",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {} CHECK (price > 0))",
        asked=_TEXT.format("CHECK (price > 0)"),
    ),
    Thing(
        what="a collation",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, name TEXT COLLATE NOCASE)",
        asked=_TEXT.format("COLLATE NOCASE"),
    ),
    Thing(
        what="a unique constraint without a name",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, name TEXT, UNIQUE (name))",
        asked="SELECT \"unique\", origin FROM pragma_index_list('item')",
    ),
    Thing(
        what="a conflict clause",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, name TEXT UNIQUE ON CONFLICT IGNORE)",
        asked=_TEXT.format("ON CONFLICT IGNORE"),
    ),
    Thing(
        what="AUTOINCREMENT and its next number",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, price {})",
        more="UPDATE sqlite_sequence SET seq = 77;",
        asked="SELECT name, seq FROM sqlite_sequence WHERE name = 'item'",
    ),
    Thing(
        what="the rowids of a table without such a key",
        table="CREATE TABLE item (id TEXT PRIMARY KEY, price {})",
        more="UPDATE item SET rowid = 70 WHERE id = 2;",
        asked="SELECT rowid, id FROM item ORDER BY 1",
    ),
    Thing(
        what="STRICT",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}) STRICT",
        asked=_TEXT.format(") STRICT"),
    ),
    Thing(
        what="WITHOUT ROWID",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}) WITHOUT ROWID",
        asked=_TEXT.format(") WITHOUT ROWID"),
    ),
    Thing(
        what="a virtual generated column",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, twice INTEGER AS (id * 2))",
        asked="SELECT name, hidden FROM pragma_table_xinfo('item') WHERE name = 'twice'",
    ),
    Thing(
        what="a stored generated column",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, twice INTEGER AS (id * 2) STORED)",
        asked="SELECT name, hidden FROM pragma_table_xinfo('item') WHERE name = 'twice'",
    ),
    Thing(
        what="a default that is an expression",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, at TEXT DEFAULT (date('now')))",
        asked="SELECT dflt_value FROM pragma_table_info('item') WHERE name = 'at'",
    ),
    Thing(
        what="a deferrable foreign key",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, up INTEGER "
        "REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)",
        asked=_TEXT.format("DEFERRABLE INITIALLY DEFERRED"),
    ),
    Thing(
        what="a foreign key to itself with ON DELETE CASCADE",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, up INTEGER REFERENCES item (id) ON DELETE CASCADE)",
        more="UPDATE item SET up = 1 WHERE id = 2;",
        asked="SELECT f.\"table\", f.on_delete, i.id FROM pragma_foreign_key_list('item') f, item i ORDER BY 3",
    ),
    Thing(
        what="a partial index",
        more="CREATE INDEX ix ON item (price) WHERE id > 1;",
        asked="SELECT name, partial FROM pragma_index_list('item')",
    ),
    Thing(
        what="an index over an expression",
        more="CREATE INDEX ix ON item (price + 1);",
        asked="SELECT name FROM pragma_index_list('item')",
    ),
    Thing(
        what="an index with a direction and a collation",
        more="CREATE INDEX ix ON item (price COLLATE NOCASE DESC);",
        asked="SELECT x.\"desc\", x.coll FROM pragma_index_xinfo('ix') x WHERE x.key",
    ),
    Thing(
        what="the type of another column as it was written",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, price {}, size unsigned big int)",
        asked="SELECT type FROM pragma_table_info('item') WHERE name = 'size'",
    ),
    Thing(
        what="comments in the definition",
        table="CREATE TABLE item (id INTEGER PRIMARY KEY, -- never used twice\n price {})",
        asked=_TEXT.format("never used twice"),
    ),
)  # fmt: skip
OLD, NEW = "INTEGER", "TEXT"

Change = Callable[[Path, Thing], None]


def by_alembic(file: Path, thing: Thing) -> None:
    """As its manual has it, on connections that enforce foreign keys."""
    engine = sa.create_engine(f"sqlite:///{file}", poolclass=NullPool)
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    with engine.begin() as connection:
        op = Operations(MigrationContext.configure(connection))
        with op.batch_alter_table("item") as batch:
            batch.alter_column("price", type_=sa.Text())


def by_us(file: Path, thing: Thing) -> None:
    with connect(f"sqlite:///{file}") as session, connect("sqlite://") as other:
        old = DIALECT.inspect(session, Scope())
        other.dbapi.executescript(f"{thing.table.format(NEW)}; {ROWS} {thing.more}")
        new = DIALECT.inspect(other, Scope())
        found = compare(Side(label="live", catalog=old), Side(label="desired", catalog=new), DIALECT)
        require_sound(found)
        target = Target(environment="", scope=Scope())
        push(session, DIALECT, target, found.work(), expected=found.plan.new, planned_from=old)


def outcome(change: Change, thing: Thing, file: Path) -> str:
    """`kept`, `lost`, or the error that stopped it."""
    _script(file, f"PRAGMA foreign_keys = ON; {thing.table.format(OLD)}; {ROWS} {thing.more}")
    before = _answer(file, thing.asked)
    try:
        change(file, thing)
    except (sqlite3.Error, sa.exc.SQLAlchemyError, ReconcileError) as error:
        return f"fails: {_first_line(error)}"
    done = _answer(file, "SELECT type FROM pragma_table_info('item') WHERE name = 'price'") == [(NEW,)]
    return "not done" if not done else "kept" if _answer(file, thing.asked) == before else "**lost**"


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _script(file: Path, sql: str) -> None:
    db = sqlite3.connect(file)
    db.executescript(sql)
    db.close()


def _answer(file: Path, sql: str) -> list[tuple[object, ...]] | str:
    db = sqlite3.connect(file)
    try:
        return db.execute(sql).fetchall()
    except sqlite3.Error as error:
        return str(error)
    finally:
        db.close()
