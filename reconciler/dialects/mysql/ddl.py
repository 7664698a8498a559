"""The statements of each change on MariaDB and MySQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...model.address import Address
from ...model.changes import Alter, Create, Drop, Rebuild, Rename, Statement, Step
from ...model.namespaces import Database, Sequence
from ...model.programs import Event, Function, Package, PackageBody, Procedure, Trigger, View
from ...model.tables import Check, Column, ForeignKey, Index, PrimaryKey, SequenceOptions, Table, Unique
from ..base import Rendering
from .alter import Pack, made_for_foreign_keys
from .clauses import charset, create_table, foreign_key_clause, key_clause
from .ddl_access import column_moved, moved, taken_away
from .modes import program_mode, set_back, set_for_now
from .online import clause
from .programs import bounds, passed
from .render import RENDER
from .tables import leading
from .tokens import Lexis, literal, quoted, tokens

_PARTS: Final = (Column, PrimaryKey, Unique, Index, Check)
_PROGRAMS: Final = (Function, Procedure, Package, PackageBody, Event)
_NOUNS: Final = {"package_body": "PACKAGE BODY"}
_CREATE: Final = re.compile(r"(?is)\A\s*CREATE(\s+OR\s+REPLACE)?\s+")


@RENDER.on("create", Table)
def _create_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Table)
    yield Statement(create_table(step.change.new, step.folded, mariadb=context.profile.capabilities["mariadb"]))


@RENDER.on("drop", Table)
def _drop_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield from taken_away(step.change.old.address, context)
    yield Statement(f"DROP TABLE {quoted(step.change.old.name)}")


@RENDER.on("rename", Table)
def _rename_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    yield Statement(f"RENAME TABLE {quoted(step.change.old.name)} TO {quoted(step.change.new.name)}")
    yield from moved(step.change.old.address, step.change.new.address, context)


@RENDER.on("rename", Column)
def _rename_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename) and isinstance(step.change.old, Column)
    old, new = step.change.old, step.change.new
    yield Statement(f"ALTER TABLE {quoted(old.table)} RENAME COLUMN {quoted(old.name)} TO {quoted(new.name)}")
    yield from column_moved(Address("table", "", old.table), old.name, new.name, context)


@RENDER.on("rename", Unique, Index)
def _rename_index(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename) and isinstance(step.change.old, Unique | Index)
    old, new = step.change.old, step.change.new
    yield Statement(f"ALTER TABLE {quoted(old.table)} RENAME INDEX {quoted(old.name)} TO {quoted(new.name)}")


@RENDER.on("create", *_PARTS)
@RENDER.on("drop", *_PARTS)
@RENDER.on("alter", *_PARTS, Table)
@RENDER.on("rebuild", Table)
def _alter_table(step: Step, context: Rendering) -> Iterator[Statement]:
    change = step.change
    if isinstance(change, Drop) and isinstance(change.old, Column):
        yield from taken_away(Address("table", "", change.old.table), context, change.old.name)
    pack = Pack([change], context)
    said = [Statement(sql) for sql in pack.sqls(clause(pack))]
    if said:
        yield from _keeping_history(step, said, context)


def _keeping_history(step: Step, said: list[Statement], context: Rendering) -> Iterator[Statement]:
    """A table with history is altered with it only where the session says so (MariaDB 10.3, error 4119)."""
    change = step.change
    tables = [change.old, change.new] if isinstance(change, Alter | Rebuild) else []
    parent = (change.old if isinstance(change, Drop) else change.new).parent
    tables += [context.old[parent]] if parent is not None and parent in context.old else []
    if not any(isinstance(t, Table) and t.system_versioned for t in tables):
        yield from said
        return
    yield Statement("SET SESSION system_versioning_alter_history = KEEP")
    yield from said
    yield Statement("SET SESSION system_versioning_alter_history = DEFAULT")


@RENDER.on("create", ForeignKey)
def _add_foreign_key(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, ForeignKey)
    new = step.change.new
    served = [i for i in made_for_foreign_keys(new._owner(), context) if leading(i) == list(new.columns)]
    # An index that the server once made for a foreign key would get another name with it; this one is ours.
    again = "".join(f" DROP KEY {quoted(i.name)}, ADD {key_clause(i)}," for i in served)
    way = ", ALGORITHM=COPY, LOCK=SHARED" if new.parent in context.old else ""
    add = Statement(f"ALTER TABLE {quoted(new.table)}{again} ADD {foreign_key_clause(new)}{way}")
    yield from _unchecked(add) if _is_dangling(new, context) else (add,)


def _is_dangling(f: ForeignKey, context: Rendering) -> bool:
    """Whether the server would not make it with its checks on: what it points at is not there. In another database
    nobody here can tell, but where the table is as new as its foreign key, there is no row to check."""
    if f.target_schema:
        return f.parent not in context.old
    return f.target_address not in context.new


def _unchecked(statement: Statement) -> Iterator[Statement]:
    yield Statement("SET SESSION foreign_key_checks = 0")
    yield statement
    yield Statement("SET SESSION foreign_key_checks = 1")


@RENDER.on("drop", ForeignKey)
def _drop_foreign_key(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, ForeignKey)
    old = step.change.old
    yield Statement(f"ALTER TABLE {quoted(old.table)} DROP FOREIGN KEY {quoted(old.name)}")


@RENDER.on("create", Database)
@RENDER.on("alter", Database)
def _alter_database(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create | Alter) and isinstance(step.change.new, Database)
    collation = step.change.new.collation
    yield Statement(f"ALTER DATABASE CHARACTER SET {charset(collation)} COLLATE {collation}")


# Views and programs.


@RENDER.on("create", View)
@RENDER.on("alter", View)
def _create_view(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create | Alter) and isinstance(step.change.new, View)
    v = step.change.new
    options = dict(v.options)
    replace = " OR REPLACE" if isinstance(step.change, Alter) else ""
    algorithm = options.get("algorithm") or ("undefined" if replace else "")
    text = f"CREATE{replace}" + (f" ALGORITHM={algorithm.upper()}" if algorithm else "")
    text += f" DEFINER={v.definer}" if v.definer else ""
    text += f" SQL SECURITY {options['security'].upper()}" if "security" in options else ""
    columns = f" ({', '.join(quoted(c.name) for c in v.columns)})" if v.columns else ""
    text += f" VIEW {quoted(v.name)}{columns} AS {v.definition}"
    check = options.get("check_option")
    yield Statement(text + (f" WITH {check.upper()} CHECK OPTION" if check else ""))


@RENDER.on("drop", View)
def _drop_view(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield from taken_away(step.change.old.address, context)
    yield Statement(f"DROP VIEW {quoted(step.change.old.name)}")


@RENDER.on("create", *_PROGRAMS)
@RENDER.on("alter", *_PROGRAMS)
def _create_program(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create | Alter)
    o: Any = step.change.new
    text = _headed(o.definition, o.definer, replace=isinstance(step.change, Alter))
    zone = (o.time_zone or "SYSTEM") if isinstance(o, Event) else None
    yield from _under(text, program_mode(o.sql_mode, mariadb=context.profile.capabilities["mariadb"]), zone)


@RENDER.on("drop", *_PROGRAMS)
def _drop_program(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    old = step.change.old
    text = f"DROP {_NOUNS.get(old.kind, old.kind.upper())} {quoted(old.name)}"
    # only Oracle's mode knows the word PACKAGE (MariaDB 10.3 to 11.3)
    yield from _under(text, "ORACLE" if isinstance(old, Package | PackageBody) else None)


@RENDER.on("create", Trigger)
@RENDER.on("alter", Trigger)
def _create_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create | Alter) and isinstance(step.change.new, Trigger)
    t = step.change.new
    said = _following(t.definition, t.follows, Lexis.under(t.sql_mode))
    text = _headed(said, t.definer, replace=isinstance(step.change, Alter))
    yield from _under(text, program_mode(t.sql_mode, mariadb=context.profile.capabilities["mariadb"]))


@RENDER.on("drop", Trigger)
def _drop_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield Statement(f"DROP TRIGGER {quoted(step.change.old.name)}")


def _headed(definition: str, definer: str | None, *, replace: bool) -> str:
    """The CREATE with its definer, in place of one of the same name if asked for."""
    found = _CREATE.match(definition)
    if found is None:
        return definition
    head = "CREATE OR REPLACE" if replace or found[1] else "CREATE"
    return f"{head} {f'DEFINER={definer} ' if definer else ''}{definition[found.end() :]}"


def _following(definition: str, follows: str | None, lexis: Lexis) -> str:
    """The trigger with its place behind another one, which the server does not print."""
    if follows is None:
        return definition
    words = tokens(definition, lexis)
    upper = [t.text.upper() for t in words]
    for at in range(len(words) - 2):
        if upper[at : at + 3] == ["FOR", "EACH", "ROW"]:
            if upper[at + 3 : at + 4] in (["FOLLOWS"], ["PRECEDES"]):
                return definition
            end = words[at + 2].end
            return f"{definition[:end]} FOLLOWS {quoted(follows)}{definition[end:]}"
    return definition


def _under(text: str, mode: str | None, zone: str | None = None) -> Iterator[Statement]:
    """The statement in the sql_mode and time zone that it is to be kept with."""
    said = {n: v for n, v in (("sql_mode", mode), ("time_zone", zone)) if v is not None}
    for name, value in said.items():
        yield Statement(set_for_now(name, literal(value), f"@reconcile_{name}"))
    yield Statement(text)
    for name in said:
        yield Statement(set_back(name, f"@reconcile_{name}"))


# Sequences.


@RENDER.on("create", Sequence)
def _create_sequence(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Sequence)
    s = step.change.new
    kind = f" AS {s.type}" if s.type != "bigint" else ""
    engine = f" ENGINE={s.engine}" if s.engine is not None else ""
    yield Statement(f"CREATE SEQUENCE {quoted(s.name)}{kind}{_options(s.options)}{engine}")


@RENDER.on("alter", Sequence)
def _alter_sequence(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Sequence) and isinstance(new, Sequence)
    kind = f" AS {new.type}" if new.type != old.type else ""
    if (first := passed(old, new)) is not None:
        yield Statement(f"SELECT SETVAL({quoted(new.name)}, {first}, 0)")
    if kind or old.options != new.options:
        yield Statement(f"ALTER SEQUENCE {quoted(new.name)}{kind}{_altered_options(old, new)}")
    if old.engine != new.engine:
        yield Statement(f"ALTER TABLE {quoted(new.name)} ENGINE={new.engine or 'InnoDB'}")


def _altered_options(old: Sequence, new: Sequence) -> str:
    """Every option with its bounds as numbers, since NO MAXVALUE keeps the one there was; a sequence that counts the
    other way is out of its own bounds until it begins anew (error 4085)."""
    o = new.options
    low, high = bounds(new)
    start = o.start if o.start is not None else low if o.increment >= 0 else high
    text = f" INCREMENT BY {o.increment} MINVALUE {low} MAXVALUE {high} START WITH {start}"
    text += (f" CACHE {o.cache}" if o.cache else " NOCACHE") + (" CYCLE" if o.cycle else " NOCYCLE")
    return text + (f" RESTART WITH {start}" if (old.options.increment < 0) != (o.increment < 0) else "")


@RENDER.on("drop", Sequence)
def _drop_sequence(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield from taken_away(step.change.old.address, context)
    yield Statement(f"DROP SEQUENCE {quoted(step.change.old.name)}")


@RENDER.on("rename", Sequence)
def _rename_sequence(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    yield Statement(f"RENAME TABLE {quoted(step.change.old.name)} TO {quoted(step.change.new.name)}")
    yield from moved(step.change.old.address, step.change.new.address, context)


def _options(o: SequenceOptions) -> str:
    """The options of a sequence but those that go without saying when it is made."""
    text = f" INCREMENT BY {o.increment}" if o.increment != 1 else ""
    text += f" MINVALUE {o.minimum}" if o.minimum is not None else ""
    text += f" MAXVALUE {o.maximum}" if o.maximum is not None else ""
    text += f" START WITH {o.start}" if o.start is not None else ""
    return text + (f" CACHE {o.cache}" if o.cache else " NOCACHE") + (" CYCLE" if o.cycle else "")
