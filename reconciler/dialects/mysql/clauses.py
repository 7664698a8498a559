"""Tables and their parts as DDL spells them: what stands in CREATE TABLE and behind ADD."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...model.objects import Object
from ...model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique
from .tokens import key_sql, literal, quoted

Key = PrimaryKey | Unique | Index
_TEXT: Final = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "nchar", "nvarchar")
_SPECIAL: Final = ("fulltext", "spatial", "vector")
_BARE_OPTIONS: Final = {"parser": "WITH PARSER"}


def is_text(type: str) -> bool:
    """Whether columns of the type have a collation."""
    word = type.lower().partition("(")[0].split()
    return bool(word) and word[0] in _TEXT


def charset(collation: str) -> str:
    """The character set of a collation, with which its name begins."""
    return collation.partition("_")[0]


def collated(collation: str | None) -> str:
    return f" CHARACTER SET {charset(collation)} COLLATE {collation}" if collation else ""


def column_clause(c: Column, collation: str | None = None, *, mariadb: bool = True) -> str:
    """The definition of a column; `collation` is what it has of its table's where it names none itself."""
    own = c.collation or (collation if is_text(c.type) else None)
    text = f"{quoted(c.name)} {c.type}{collated(own)}"
    if c.compression is not None:
        text += " COMPRESSED" + ("" if c.compression == "zlib" else f"={c.compression}")
    text += "".join(_option(n, v) for n, v in c.options if n in _WITH_TYPE)
    if c.generated is not None:
        text += f" GENERATED ALWAYS AS ({c.generated.expression}) {'STORED' if c.generated.stored else 'VIRTUAL'}"
    elif c.versioning in ("start", "end"):
        text += f" GENERATED ALWAYS AS ROW {c.versioning.upper()}"
    if c.generated is None or not mariadb:
        text += _null(c)
    if c.default is not None:
        text += f" DEFAULT {c.default}"
    if c.on_update is not None:
        text += f" ON UPDATE {c.on_update}"
    text += " AUTO_INCREMENT" if c.auto_increment else ""
    text += " INVISIBLE" if c.invisible else ""
    text += f" COMMENT {literal(c.comment)}" if c.comment is not None else ""
    text += "".join(_option(n, v) for n, v in c.options if n not in _WITH_TYPE)
    text += f" CHECK ({c.check})" if c.check is not None else ""
    return text + (" WITHOUT SYSTEM VERSIONING" if c.versioning == "without" else "")


_WITH_TYPE: Final = frozenset({"ref_system_id", "srid"})


def _null(c: Column) -> str:
    """NULL is said where it matters: a timestamp is NOT NULL by itself on servers that are set up so."""
    if c.versioning in ("start", "end"):
        return ""
    if not c.nullable:
        return " NOT NULL"
    return " NULL" if c.type.lower().startswith("timestamp") else ""


def _option(name: str, value: str) -> str:
    return f" {name}={value}" if name.startswith("`") or name == "ref_system_id" else f" {name.upper()} {value}"


def key_clause(k: Key, *, mariadb: bool = True) -> str:
    """A key as CREATE TABLE and ADD take it."""
    if isinstance(k, PrimaryKey):
        head, terms = "PRIMARY KEY", _terms(k)
    elif isinstance(k, Unique):
        head, terms = f"UNIQUE KEY{_named(k)}", _terms(k)
    else:
        special = f"{k.method.upper()} " if k.method in _SPECIAL else "UNIQUE " if k.unique else ""
        head, terms = f"{special}KEY{_named(k)}", ", ".join(map(key_sql, k.keys))
    return f"{head} ({terms}){_key_options(k, mariadb)}"


def _named(o: Object) -> str:
    return f" {quoted(o.name)}" if getattr(o, "named", True) else ""


def _terms(k: PrimaryKey | Unique) -> str:
    return ", ".join(map(key_sql, k.terms)) if k.terms else ", ".join(map(quoted, k.columns))


def _key_options(k: Key, mariadb: bool) -> str:
    options = dict(k.options)
    using = options.pop("using", None)
    if isinstance(k, Index) and k.method == "hash":
        using = k.method
    text = f" USING {using.upper()}" if using else ""
    for name, value in options.items():
        if name in _BARE_OPTIONS:
            text += f" {_BARE_OPTIONS[name]} {quoted(value)}"
        else:
            text += f" {name}={value}" if name.startswith("`") else f" {name.upper()}={value}"
    text += f" COMMENT {literal(k.comment)}" if k.comment is not None else ""
    return text + ((" IGNORED" if mariadb else " INVISIBLE") if k.invisible else "")


def check_clause(c: Check) -> str:
    head = f"CONSTRAINT {quoted(c.name)} " if c.named else ""
    return f"{head}CHECK ({c.expression}){'' if c.enforced else ' NOT ENFORCED'}"


def foreign_key_clause(f: ForeignKey) -> str:
    head = f"CONSTRAINT {quoted(f.name)} " if f.named else ""
    target = (quoted(f.target_schema) + "." if f.target_schema else "") + quoted(f.target)
    columns, theirs = (", ".join(map(quoted, names)) for names in (f.columns, f.target_columns))
    text = f"{head}FOREIGN KEY ({columns}) REFERENCES {target} ({theirs})"
    if f.match != "simple":
        text += f" MATCH {f.match.upper()}"
    if f.on_delete != "no action" or "delete" in f.spelled_out:
        text += f" ON DELETE {f.on_delete.upper()}"
    if f.on_update != "no action" or "update" in f.spelled_out:
        text += f" ON UPDATE {f.on_update.upper()}"
    return text


def table_options(t: Table, old: Table | None = None) -> list[str]:
    """What follows the closing bracket; with `old`, that which another definition needs to become this one."""
    found: list[str] = []
    if t.engine is not None and (old is None or t.engine != old.engine):
        found.append(f"ENGINE={t.engine}")
    if t.collation is not None and (old is None or t.collation != old.collation):
        found.append(f"DEFAULT CHARSET={charset(t.collation)} COLLATE={t.collation}")
    before = dict(old.options) if old is not None else {}
    found += [_table_option(n, v) for n, v in t.options if before.get(n) != v and n not in PLACES]
    found += [_table_option(n, _neutral(n, t)) for n in before if n not in dict(t.options)]
    if t.auto_increment is not None and (old is None or t.auto_increment != old.auto_increment):
        found.append(f"AUTO_INCREMENT={t.auto_increment}")
    if t.comment != (old.comment if old is not None else None):
        found.append(f"COMMENT={literal(t.comment or '')}")
    return found


_NEUTRAL: Final = {
    "row_format": "DEFAULT",
    "key_block_size": "0",
    "avg_row_length": "0",
    "max_rows": "0",
    "min_rows": "0",
    "checksum": "0",
    "delay_key_write": "0",
    "insert_method": "NO",
    "union": "()",
    "connection": "''",
}
"""What an option is set to when it is no longer said, where that is not DEFAULT."""


PLACES: Final = frozenset({"data directory", "index directory"})
"""Where a table lies on the server's disk: no ALTER changes it, and a scratch server has another disk, or the same."""


def is_aria(engine: str | None) -> bool:
    return (engine or "").lower() == "aria"


def _neutral(option: str, t: Table) -> str:
    """Aria takes what it has for the default of PAGE_CHECKSUM."""
    if option == "page_checksum" and is_aria(t.engine):
        return "1"
    return _NEUTRAL.get(option, "DEFAULT")


def _table_option(name: str, value: str) -> str:
    return f"{name}={value}" if name.startswith("`") else f"{name.upper()}={value}"


def create_table(t: Table, parts: Iterable[Object], *, mariadb: bool) -> str:
    place = {name: i for i, name in enumerate(t.columns)}
    columns: list[Column] = []
    lines: list[str] = []
    for o in parts:
        if isinstance(o, Column):
            columns.append(o)
        elif isinstance(o, PrimaryKey | Unique | Index):
            lines.append(key_clause(o, mariadb=mariadb))
        elif isinstance(o, Check):
            lines.append(check_clause(o))
    columns.sort(key=lambda c: place.get(c.name, len(place)))
    said = [column_clause(c, mariadb=mariadb) for c in columns]
    lines = [*said, *(f"PERIOD FOR {p}" for p in t.periods), *lines]
    tail = " ".join([*table_options(t), *(["WITH SYSTEM VERSIONING"] if t.system_versioned else [])])
    text = f"CREATE TABLE {quoted(t.name)} (\n  " + ",\n  ".join(lines) + "\n)" + (f" {tail}" if tail else "")
    return text + (f"\nPARTITION BY {t.partition_by}" if t.partition_by is not None else "")
