"""What SQLAlchemy says to create the tables of MetaData objects, statement by statement, each with its table.

Runs in the child process only (see `child`); SQLAlchemy is imported inside, and the answer is plain values.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from .findings import NOT_PORTABLE
from .portable import is_meant, said_of

_DRIVERS: Final = {"postgresql": "postgresql+psycopg://", "sqlite": "sqlite://", "mysql": "mysql+pymysql://"}
Key = tuple[str, str, str]
"""Kind, schema and name of a unit."""


def described(metadatas: list[Any], classes: dict[Any, type], request: dict[str, Any], keep: Any) -> dict[str, Any]:
    """Units, renames and findings, as JSON takes them."""
    recorder = Recorder(request, classes)
    tables = [t for m in metadatas for t in m.tables.values() if _kept(t, request, keep)]
    broken = [f for t in tables for f in recorder.dangling(t)]
    if not broken:
        for metadata in metadatas:
            recorder.record(metadata, [t for t in tables if t.metadata is metadata], keep)
        recorder.enums(tables)
    findings = [*broken, *recorder.findings, *(f for t in tables for f in recorder.not_expressed(t))]
    return {
        "units": [u.answer() for _, u in sorted(recorder.units.items())],
        "names": sorted(n for t in tables for n in recorder.renames(t)),
        "findings": findings,
        "tables": len(tables),
    }


def _kept(table: Any, request: dict[str, Any], keep: Any) -> bool:
    wanted = table.name not in request["hidden"] and is_meant(table, request["name"])
    return wanted and (keep is None or bool(keep(table, table.name, "table", False, None)))


def _no_schema(_of: Any) -> None:
    """The schema of anything, where there are none."""


class Recorded:
    """The statements of one unit, in the groups in which they are run."""

    def __init__(self, key: Key, place: tuple[str, int]) -> None:
        self.key, self.place = key, place
        self.before: list[str] = []
        self.create: list[str] = []
        self.indexes: list[tuple[str, str]] = []
        self.after: list[str] = []
        self.late: list[str] = []
        self.needs: set[Key] = set()

    def answer(self) -> dict[str, Any]:
        indexes = [sql for _, sql in sorted(self.indexes)]
        return {
            "unit": list(self.key),
            "statements": [*self.before, *self.create, *indexes, *self.after],
            "late": self.late,
            "needs": [list(n) for n in sorted(self.needs - {self.key})],
            "place": list(self.place),
        }


class Recorder:
    """Plays the server to `create_all` and writes down what it is told."""

    def __init__(self, request: dict[str, Any], classes: dict[Any, type]) -> None:
        from sqlalchemy import create_mock_engine

        dialect = request["dialect"]
        self.request, self.default_schema, self.classes = request, request["default_schema"], classes
        self.flat = bool(request["portable"]) and not self.default_schema
        """Whether schemas are left out, because this one of several dialects has none."""
        self.units: dict[Key, Recorded] = {}
        self.findings: list[dict[str, Any]] = []
        self.current: Any = None
        self.stage = "before"
        # A paramstyle without percent signs, so that none is doubled: the text runs as it is.
        self.engine = create_mock_engine(_DRIVERS.get(dialect, f"{dialect}://"), self._execute, paramstyle="named")
        self.dialect = self.engine.dialect
        if self.flat:
            self.dialect.identifier_preparer.schema_for_object = _no_schema  # type: ignore[assignment]  # None is no schema

    # Addresses.

    def schema(self, of: Any) -> str:
        found = None if self.flat else getattr(of, "schema", None)
        return str(found) if found else self.default_schema

    def table_key(self, table: Any) -> Key:
        kind = "table"
        if getattr(table, "is_view", False):
            creator = getattr(table, "_creator_ddl", None)
            kind = "materialized_view" if getattr(creator, "materialized", False) else "view"
        return kind, self.schema(table), self._folded(table.name)

    def _folded(self, name: Any) -> str:
        """A name that is not to be quoted is folded by the server."""
        return str(name).lower() if getattr(name, "quote", None) is False else str(name)

    def unit(self, key: Key, table: Any = None) -> Recorded:
        if key not in self.units:
            self.units[key] = Recorded(key, self.place(table))
            if key[1] and key[0] != "schema":
                self.units[key].needs.add(("schema", "", key[1]))
        return self.units[key]

    def place(self, table: Any, column: Any = None) -> tuple[str, int]:
        """The file and line of the class that is mapped to a table, or of its attribute for a column."""
        cls = self.classes.get(table) if table is not None else None
        module = __import__("sys").modules.get(getattr(cls, "__module__", ""))
        file = getattr(module, "__file__", None)
        if not file:
            return "", 0
        lines, name = _class_lines(file), str(getattr(cls, "__qualname__", ""))
        attribute = f"{name}.{_attribute(cls, column)}" if column is not None else name
        return file, lines.get(attribute) or lines.get(name, 0)

    # Recording.

    def record(self, metadata: Any, tables: list[Any], keep: Any) -> None:
        from sqlalchemy import event

        for table in metadata.tables.values():
            event.listen(table, "before_create", self._enter, insert=True)
        event.listen(metadata, "after_create", self._leave, insert=True)
        self.current, self.keep = None, keep
        self.stage = "before"
        metadata.create_all(self.engine, tables=tables, checkfirst=False)
        for table in tables:
            self._foreign_keys(table)

    def _enter(self, table: Any, *_args: Any, **_kw: Any) -> None:
        self.current, self.stage = table, "before"

    def _leave(self, *_args: Any, **_kw: Any) -> None:
        self.current, self.stage = None, "after"

    def _execute(self, element: Any, *_args: Any, **_kw: Any) -> None:
        """What would be sent to the server."""
        name = type(element).__name__
        record = getattr(self, f"_on_{name}", None)
        try:
            if record is not None:
                record(element)
            else:
                self._other(self._sql(element))
        except Exception as error:  # noqa: BLE001  (whatever a type's compiler raises is a finding on its table)
            table = self.current if self.current is not None else getattr(element, "element", None)
            self._not_expressed(table, error)

    def _not_expressed(self, table: Any, error: Exception) -> None:
        """What a compiler refuses, with the column where its message names one."""
        column, why = _culprit(error)
        found = self._finding(table, f"{self.dialect.name} cannot express it: {why}", part=column, **self._way_out())
        if column is not None and hasattr(table, "columns"):
            found["place"] = list(self.place(table, table.columns.get(column)))
        self.findings.append(found)

    def _way_out(self) -> dict[str, str]:
        """How a model of several dialects says what only some of them have."""
        if not self.request["portable"]:
            return {}
        name = self.request["name"]
        words = f'say what it is there, .with_variant(JSON(), "{name}") on the type, say'
        return {"rule": NOT_PORTABLE, "next": f"{words}; or limit the table, info={{'only': [...]}}"}

    def _sql(self, element: Any) -> str:
        text = element if isinstance(element, str) else str(element.compile(dialect=self.dialect))
        return "\n".join(line.rstrip() for line in text.strip().splitlines())

    def _on_CreateTable(self, element: Any) -> None:
        from sqlalchemy.schema import CreateTable

        table = element.element
        unit = self.unit(self.table_key(table), table)
        inline: list[Any] | None = None if not self.dialect.supports_alter else []
        unit.create.append(self._sql(CreateTable(table, include_foreign_key_constraints=inline)))
        self.stage = "after"

    def _on_CreateView(self, element: Any) -> None:
        table = element.table if getattr(element, "table", None) is not None else element.element
        unit = self.unit(self.table_key(table), table)
        unit.create.append(self._sql(element))
        self.stage = "after"

    _on_CreateTableAs = _on_CreateView

    def _on_CreateIndex(self, element: Any) -> None:
        index = element.element
        if not is_meant(index, self.request["name"]):
            return
        if getattr(self, "keep", None) is None or self.keep(index, index.name, "index", False, None):
            self.unit(self.table_key(index.table), index.table).indexes.append((str(index.name), self._sql(element)))

    def _on_AddConstraint(self, element: Any) -> None:
        """Foreign keys are written down by `_foreign_keys`, all in one way; other constraints belong to their table."""
        if getattr(element.element, "__visit_name__", "") != "foreign_key_constraint":
            table = element.element.table
            self.unit(self.table_key(table), table).after.append(self._sql(element))

    def _on_CreateSequence(self, element: Any) -> None:
        sequence = element.element
        self._once(("sequence", self.schema(sequence), self._folded(sequence.name)), self._sql(element))

    def _on_CreateEnumType(self, element: Any) -> None:
        self._named_type("enum", element)

    def _on_CreateDomainType(self, element: Any) -> None:
        self._named_type("domain", element)

    def _named_type(self, kind: str, element: Any) -> None:
        self._once((kind, self.schema(element.element), self._folded(element.element.name)), self._sql(element))

    def _once(self, key: Key, sql: str) -> None:
        """A type or sequence that several tables use is made once; two different ones of a name are an error."""
        unit = self.unit(key, self.current)
        if not unit.create:
            unit.create.append(sql)
        elif unit.create != [sql]:
            message = f"two different definitions of {key[0]} {key[2]}: {unit.create[0]} and {sql}"
            self.finding(self.current, message)
        if self.current is not None:
            self.unit(self.table_key(self.current), self.current).needs.add(key)

    def _on_SetTableComment(self, element: Any) -> None:
        self._comment(element, element.element)

    def _on_SetColumnComment(self, element: Any) -> None:
        self._comment(element, element.element.table)

    def _on_SetConstraintComment(self, element: Any) -> None:
        self._comment(element, element.element.table)

    def _comment(self, element: Any, table: Any) -> None:
        self.unit(self.table_key(table), table).after.append(self._sql(element))

    def _other(self, sql: str) -> None:
        """A statement of the application's own: of the table whose event it listens to, or of all of them."""
        if self.current is not None:
            unit = self.unit(self.table_key(self.current), self.current)
            (unit.before if self.stage == "before" else unit.after).append(sql)
            return
        unit = self.unit(("statements", "", f"{self.stage}_create"))
        unit.create.append(sql)
        if self.stage == "after":
            unit.needs |= {k for k in self.units if k[0] != "statements"}

    def _foreign_keys(self, table: Any) -> None:
        from sqlalchemy.schema import AddConstraint

        unit = self.units.get(self.table_key(table))
        if unit is None or getattr(table, "is_view", False):
            return
        keys = sorted(table.foreign_key_constraints, key=lambda k: (str(k.name or ""), list(k.column_keys)))
        for key in keys:
            unit.needs.add(self.table_key(key.referred_table))
            if self.dialect.supports_alter:
                self.current = table
                self._late(unit, AddConstraint(key, isolate_from_table=False))
        self.current = None

    def _late(self, unit: Recorded, element: Any) -> None:
        try:
            unit.late.append(self._sql(element))
        except Exception as error:  # noqa: BLE001
            self._not_expressed(self.current, error)

    def enums(self, tables: list[Any]) -> None:
        """Which tables need which enums; SQLAlchemy makes the first of two of one name, and says nothing."""
        from sqlalchemy import Enum

        first: dict[Key, list[str]] = {}
        for table in tables:
            for column in table.columns:
                kind = getattr(column.type, "item_type", column.type)
                if isinstance(kind, Enum) and kind.native_enum and kind.name and self.dialect.supports_native_enum:
                    key = ("enum", self.schema(kind), self._folded(kind.name))
                    self.unit(self.table_key(table), table).needs.add(key)
                    if first.setdefault(key, kind.enums) != kind.enums:
                        message = f"two different definitions of enum {kind.name}: {first[key]} and {kind.enums}"
                        self.finding(table, message, part=column.name, next="give one of them another name")

    # Findings.

    def finding(self, table: Any, message: str, *, part: Any = None, level: str = "error", **more: str) -> None:
        self.findings.append(self._finding(table, message, part=part, level=level, **more))

    def _finding(
        self, table: Any, message: str, *, part: Any = None, level: str = "error", **more: str
    ) -> dict[str, Any]:
        key = list(self.table_key(table)) if hasattr(table, "metadata") else ["", "", ""]
        address = ["column", key[1], str(part), key[2]] if part is not None else [*key, ""]
        return {
            "message": message,
            "level": level,
            "address": address,
            "place": list(self.place(table if hasattr(table, "metadata") else None)),
            "rule": "models",
            **more,
        }

    def dangling(self, table: Any) -> Iterator[dict[str, Any]]:
        """Foreign keys to tables or columns that no model has."""
        for key in sorted(table.foreign_keys, key=lambda k: (str(k.parent.name), k.target_fullname)):
            try:
                key.column  # noqa: B018  (resolves the target)
            except Exception as error:  # noqa: BLE001
                why, part = _first_line(error), key.parent.name
                next_step = "import the module that defines it"
                message = f"a foreign key to {key.target_fullname}, which is not there"
                yield self._finding(table, message, part=part, why=why, next=next_step)

    def not_expressed(self, table: Any) -> Iterator[dict[str, Any]]:
        """What a model says and the dialect has no words for; SQLAlchemy leaves it out without a word."""
        if self.request["portable"]:
            for rule, message, column, way_out in said_of(table, self.dialect, self.request):
                part = column.name if column is not None else None
                level = "error" if rule == NOT_PORTABLE else "note"
                found = self._finding(table, message, part=part, level=level, rule=rule, next=way_out)
                yield {**found, "place": list(self.place(table, column))}
            return
        dialect = self.dialect
        more: dict[str, str] = {"rule": "not-kept", "level": "warning", "next": "remove it from the model"}
        if not dialect.supports_comments:
            if table.comment:
                yield self._finding(table, f"{dialect.name} has no comments on tables", **more)
            for column in table.columns:
                if column.comment:
                    yield self._finding(table, f"{dialect.name} has no comments on columns", part=column.name, **more)
        for column in table.columns:
            if column.identity is not None and not getattr(dialect, "supports_identity_columns", True):
                yield self._finding(table, f"{dialect.name} has no identity columns", part=column.name, **more)
        if table.schema and not self.default_schema:
            message = f"{dialect.name} has no schemas, and the model is in {table.schema}"
            yield self._finding(table, message, next="leave the schema out")

    def renames(self, table: Any) -> Iterator[list[str]]:
        """Kind, schema, name, parent and old name of what says `info={"renamed_from": …}`."""
        kind, schema, name = self.table_key(table)
        if old := table.info.get("renamed_from"):
            yield [kind, schema, name, "", str(old)]
        for column in table.columns:
            if old := column.info.get("renamed_from"):
                yield ["column", schema, str(column.name), name, str(old)]
        for part in [*table.indexes, *table.constraints]:
            if (old := part.info.get("renamed_from")) and part.name:
                yield [_PARTS.get(part.__visit_name__, "index"), schema, str(part.name), name, str(old)]


_PARTS: Final = {
    "primary_key_constraint": "primary_key",
    "unique_constraint": "unique",
    "check_constraint": "check",
    "column_check_constraint": "check",
    "table_or_column_check_constraint": "check",
    "foreign_key_constraint": "foreign_key",
    "exclude_constraint": "exclusion",
    "index": "index",
}


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


_IN_COLUMN: Final = re.compile(r"\(in table '.*?', column '(.*?)'\): (.*)")
_OBJECT: Final = re.compile(r"\w+ <[\w.]+ object at 0x[0-9a-f]+> ")


def _culprit(error: BaseException) -> tuple[str | None, str]:
    """The column that SQLAlchemy's message is about, and what it says of it, without what differs in every run."""
    text = _OBJECT.sub("", _first_line(error))
    match = _IN_COLUMN.match(text)
    return (match[1], match[2]) if match is not None else (None, text)


@cache
def _class_lines(file: str) -> dict[str, int]:
    """The line of each class of a file, by its qualified name."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    return dict(_classes_in(tree.body, ""))


def _attribute(cls: Any, column: Any) -> str:
    """The name under which a class has a column."""
    mapper = getattr(cls, "__mapper__", None)
    found = mapper.get_property_by_column(column) if mapper is not None and column in mapper.columns.values() else None
    return str(getattr(found, "key", column.name))


def _attributes_in(node: ast.ClassDef, prefix: str) -> Iterator[tuple[str, int]]:
    for inner in node.body:
        targets = [inner.target] if isinstance(inner, ast.AnnAssign) else getattr(inner, "targets", [])
        yield from ((f"{prefix}{t.id}", inner.lineno) for t in targets if isinstance(t, ast.Name))


def _classes_in(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, int]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield f"{prefix}{node.name}", node.lineno
            yield from _attributes_in(node, f"{prefix}{node.name}.")
            yield from _classes_in(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield from _classes_in(node.body, f"{prefix}{node.name}.<locals>.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _classes_in(node.body, prefix)
