"""The page `docs/conformance.md`: what of each kind of object is proven by which case, on which server.

`tests/cases/proven.json` is what the cases were seen to prove; the page is made of it and of the dialects' profiles.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from reconciler.dialects.registry import dialect_named
from reconciler.model.changes import Alter, Create, Drop, Rebuild, Rename, address_of, subject
from reconciler.model.objects import KINDS, Object, changed_fields
from reconciler.model.profile import Profile
from reconciler.model.tables import Table
from reconciler.plan.plan import Plan

ROOT = Path(__file__).parent.parent
PROVEN = ROOT / "tests" / "cases" / "proven.json"
PAGE = ROOT / "docs" / "conformance.md"
Cells = dict[str, str]
"""`kind/operation` → the case that proves it."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A dialect's section. version: whose profile it is (() for the newest). fields: by kind, the fields that can be
    altered, where the profile does not tell because all changes of a table are one rebuild. names: what versions are
    called."""

    title: str
    versions: tuple[str, ...]
    version: tuple[int, ...] = ()
    fields: Mapping[str, str] = {}
    names: Mapping[str, str] = {}
    note: str = ""


_SQLITE_FIELDS = {
    "table": "columns strict without_rowid",
    "column": "type nullable default collation generated conflict not_null_name",
    "primary_key": "columns terms conflict autoincrement",
    "unique": "columns terms conflict",
    "check": "expression",
    "foreign_key": "columns target target_columns match on_delete on_update deferrable initially_deferred",
    "pragma": "value",
}
_MYSQL8 = (
    "MySQL 8 is built from its manual: its statements and its spelling of tables are tested as text "
    "(`tests/unit/dialects/mysql/test_mysql8.py`), and everything here is unproven on it until the cases run on a "
    "server that `RECONCILE_TEST_MYSQL_URL` names.\n"
)

_CANNOT = {
    "access/create": "what a source says of access as a whole: no catalog has it",
    "access/drop": "what a source says of access as a whole: no catalog has it",
    "access/replace": "what a source says of access as a whole: no catalog has it",
}
_CANNOT_ON_POSTGRESQL = {
    "default_privilege/replace": "all but its privileges is what it is about: another one is another default privilege",
    "extension/alter comment": "an extension brings its own comment: none is read",
    "membership/replace": "all but its options is who is in what: another one is another membership",
    "sequence/replace": "all that there is of a sequence is altered in place",
    "sequence_owner/alter comment": "an ownership has no comment",
}
"""Operations that cannot be, on any server or on PostgreSQL, and why."""

_SINCE = {
    "column/alter not_null": 18, "column/alter not_null_name": 18, "foreign_key/alter enforced": 18,
    "membership/alter inherit": 16, "membership/alter set_role": 16, "publication/alter schemas": 15,
    "publication_table/alter columns": 15, "publication_table/alter where": 15, "sequence/alter unlogged": 15,
    "table/alter access_method": 15, "materialized_view/alter access_method": 15,
}  # fmt: skip
"""The version of PostgreSQL that brought an operation."""

SHOWN = {
    "postgresql": Shown(title="PostgreSQL", versions=("14", "15", "16", "17", "18")),
    "mysql": Shown(
        title="MariaDB and MySQL", versions=("10.11", "8.4"), note=_MYSQL8,
        names={"10.11": "MariaDB 10.11", "8.4": "MySQL 8.4"},
    ),
    "sqlite": Shown(title="SQLite", versions=("3",), version=(3, 53), fields=_SQLITE_FIELDS),
}


def operations(plan: Plan) -> Iterator[str]:
    """What a plan does, as cells."""
    made = {o.address for s in plan.steps if isinstance(s.change, Create) for o in (s.change.new, *s.folded)}
    gone = {address_of(s.change) for s in plan.steps if isinstance(s.change, Drop)}
    for step in plan.steps:
        change = step.change
        if isinstance(change, Alter):
            yield from (f"{change.new.kind}/alter {field}" for field in change.fields)
        elif isinstance(change, Rename):
            yield f"{change.new.kind}/rename"
        elif isinstance(change, Rebuild):
            yield f"{change.new.kind}/rebuild"
            yield from _rebuilt(change)
        else:
            for o in (subject(change), *(step.folded if isinstance(change, Create) else ())):
                replaced = o.address in made and o.address in gone
                verb = "replace" if replaced else "drop" if isinstance(change, Drop) else "create"
                yield f"{o.kind}/{verb}"
                yield from _access(o)


def _rebuilt(change: Rebuild) -> Iterator[str]:
    """What becomes of a table and its parts when it is made anew."""
    before, after = ({o.address: o for o in (table, *parts)} for table, parts in _sides(change))
    for a in sorted(before.keys() | after.keys()):
        old, new = before.get(a), after.get(a)
        if old is None or new is None:
            yield f"{a.kind}/{'create' if old is None else 'drop'}"
        else:
            moved = {"columns"} if isinstance(new, Table) and _columns(old) != _columns(new) else set()
            fields = changed_fields(old, new) | moved
            if fields:
                yield f"{a.kind}/replace"
            yield from (f"{a.kind}/alter {field}" for field in fields)


def _sides(change: Rebuild) -> Iterator[tuple[Object, tuple[Object, ...]]]:
    yield change.old, change.before
    yield change.new, change.after


def _columns(table: Object) -> tuple[str, ...]:
    return table.columns if isinstance(table, Table) else ()


def _access(o: Object) -> Iterator[str]:
    """Who owns an object and who may use it are objects of their own, and operations of the one that they are on."""
    on = getattr(o, "on", None)
    if o.kind in ("owner", "grant") and on is not None:
        yield f"{on.kind}/{o.kind}"


def gathered(found: Iterable[tuple[str, Iterable[str]]]) -> Cells:
    """For each operation the first case that has it, sorted."""
    cells: Cells = {}
    for case, seen in sorted(found, key=lambda item: item[0]):
        for cell in seen:
            cells.setdefault(cell, case)
    return dict(sorted(cells.items()))


def known() -> dict[str, dict[str, Cells]]:
    """What was seen, by dialect and version."""
    found: dict[str, dict[str, Cells]] = json.loads(PROVEN.read_text()) if PROVEN.exists() else {}
    return found


def keep(dialect: str, version: str, cells: Cells) -> None:
    """Writes what was seen on one server, and the page."""
    found = known()
    found.setdefault(dialect, {})[version] = cells
    PROVEN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(page())


def page() -> str:
    """The whole page."""
    found = known()
    parts = [_HEAD]
    for dialect, shown in SHOWN.items():
        seen, versions = found.get(dialect, {}), shown.versions
        wanted = list(_rows(dialect_named(dialect).profile(shown.version), shown.fields))
        lacking = {v: _lacking(dialect, v, shown) for v in versions}
        count = {v: sum(possible and cell in seen.get(v, {}) for cell, possible in wanted) for v in versions}
        total = sum(possible for _, possible in wanted)
        parts.append(f"## {shown.title}\n")
        said = ", ".join(f"{count[v]} of {total} on {shown.names.get(v, v)}" for v in versions if v in seen)
        parts.append(f"Proven: {said}. A version that is not named was not run.\n")
        parts += [shown.note] if shown.note else []
        parts.append("| kind | operation | " + " | ".join(shown.names.get(v, v) for v in versions) + " | proven by |")
        parts.append("| --- | --- |" + " --- |" * (len(versions) + 1))
        since = _SINCE if dialect == "postgresql" else {}
        parts += [_line(cell, possible, lacking, seen, since.get(cell, 0)) for cell, possible in wanted]
        parts.append("")
    return "\n".join(parts)


def _rows(profile: Profile, fields: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Each operation of each kind, and whether the dialect has it."""
    cannot = _CANNOT | (_CANNOT_ON_POSTGRESQL if profile.name == "postgresql" else {})
    yield from ((cell, possible and cell not in cannot) for cell, possible in _every(profile, fields))


def _every(profile: Profile, fields: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    for kind in sorted(profile.kinds & KINDS.keys()):
        alterable = profile.alterable.get(kind, frozenset())
        shown = frozenset(fields[kind].split()) if kind in fields else alterable
        yield f"{kind}/create", True
        yield f"{kind}/drop", True
        yield f"{kind}/replace", kind not in fields and bool(_fields(kind) - alterable)
        if kind == "table":
            yield "table/rebuild", True
        yield f"{kind}/rename", kind in profile.renames
        for field in sorted(shown):
            yield f"{kind}/alter {field}", True
        if profile.kinds >= {"owner", "grant"} and kind not in ("owner", "grant"):
            yield f"{kind}/owner", kind in _OWNED
            yield f"{kind}/grant", kind in _GRANTED


_WITH_OWNERS = """
    schema table view materialized_view sequence enum domain composite_type range_type function collation statistics
    event_trigger foreign_data_wrapper server publication operator operator_family operator_class
    text_search_dictionary text_search_configuration
"""
_WITH_GRANTS = """
    schema table column view materialized_view sequence enum domain composite_type range_type function
    foreign_data_wrapper server
"""


_OWNED, _GRANTED = frozenset(_WITH_OWNERS.split()), frozenset(_WITH_GRANTS.split())


def _fields(kind: str) -> frozenset[str]:
    cls = KINDS[kind]
    return frozenset(cls.__struct_fields__) - cls.silent - {"schema", "name", "table"}


def _lacking(dialect: str, version: str, shown: Shown) -> frozenset[str]:
    """The kinds that a version does not have, of those that the section is about."""
    number = tuple(int(n) for n in version.split("."))
    profile = dialect_named(dialect).profile
    return profile(shown.version).kinds - profile(number).kinds


def _line(cell: str, possible: bool, lacking: dict[str, frozenset[str]], seen: dict[str, Cells], since: int) -> str:
    kind, _, operation = cell.partition("/")
    none = {v for v in lacking if not possible or kind in lacking[v] or int(v.partition(".")[0]) < since}
    marks = ["n/a" if v in none else "yes" if cell in seen.get(v, {}) else "unproven" for v in lacking]
    why = "" if possible else (_CANNOT | _CANNOT_ON_POSTGRESQL).get(cell, "")
    case = next((f"`{seen[v][cell]}`" for v in reversed([*lacking]) if cell in seen.get(v, {})), why)
    return f"| {kind.replace('_', ' ')} | {operation} | " + " | ".join(marks) + f" | {case} |"


_HEAD = """# Conformance

What is proven of each kind of object, and by which case of `tests/cases/`. A case is two schemas: the first is brought
to the second, back, and the second is made from nothing, on a real server; each time the server's own dump must be that
of the original, a second plan must be empty, and rows must be kept. *unproven* says that no case does it there; *n/a*
that the server has no such operation, or that it cannot be, for the reason that stands there.

Made by `UPDATE_CONFORMANCE=1 make proof`; `make proof` fails where it is not true of the servers at hand.
"""
