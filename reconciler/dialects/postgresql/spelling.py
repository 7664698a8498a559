"""How PostgreSQL spells names and texts, and how its printed expressions are taken apart. Knows no catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from ...model.address import Address
from ...model.tables import Options

# pg_get_keywords() of 14 to 18, all but the unreserved ones: what quote_ident quotes.
_WORDS: Final = """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
    case cast char character check coalesce collate collation column concurrently constraint create cross
    current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
    decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
    freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
    interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg
    json_query json_scalar json_serialize json_table json_value lateral leading least left like limit
    localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif
    numeric offset on only or order out outer overlaps overlay placing position precision primary real
    references returning right row select session_user setof similar smallint some substring symmetric
    system_user table tablesample then time timestamp to trailing treat trim true union unique user using
    values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists
    xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
"""
_RESERVED: Final = frozenset(_WORDS.split())
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*\Z")
_PIECE: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()\[\],]""")
_NAME_BYTES: Final = 63


def ident(name: str) -> str:
    """An identifier, quoted where the server would."""
    if _PLAIN.match(name) and name not in _RESERVED:
        return name
    return quoted(name)


def quoted(name: str) -> str:
    """An identifier, always quoted."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    return f"{ident(schema)}.{ident(name)}"


def at(address: Address) -> str:
    """The qualified name of a top-level object."""
    return qualified(address.schema, address.name) if address.schema else ident(address.name)


def idents(names: Iterable[str]) -> str:
    return ", ".join(map(ident, names))


def literal(text: str) -> str:
    """A text as a literal, whatever standard_conforming_strings says."""
    plain = "'" + text.replace("'", "''") + "'"
    return "E" + plain.replace("\\", "\\\\") if "\\" in text else plain


def with_options(options: Options) -> str:
    """Storage options in brackets; names are the server's own and may hold a dot (toast.…)."""
    return "(" + ", ".join(f"{name}={literal(value)}" for name, value in options) + ")"


def cut(text: str, start: int = 0) -> tuple[list[str], int]:
    """The pieces between top-level commas of the bracket that opens at `start`, and the place after it.

    Raises ValueError where the bracket does not close.
    """
    depth, begin, parts = 0, start + 1, []
    for found in _PIECE.finditer(text, start):
        mark = found[0]
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
            if depth == 0:
                parts.append(text[begin : found.start()].strip())
                return parts, found.end()
        elif mark == "," and depth == 1:
            parts.append(text[begin : found.start()].strip())
            begin = found.end()
    raise ValueError(f"a bracket does not close: {text}")


_TEXT: Final = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<tag>\$\w*\$).*?(?P=tag)"""
"""What is nobody's but its author's: a literal, a quoted name, the body of a function."""
_ARRAY: Final = re.compile(_TEXT + r"|\bARRAY(?=\[)", re.DOTALL)
_CAST_TO: Final = re.compile(r"::([a-z_ ]+)(?:\(\d+\))?\Z")


def arrays_kept(statement: str) -> str:
    """A statement in which every array that is cast as a whole stays one: `(ARRAY['a'::character varying])::text[]`
    would be read as an array of texts, and be printed otherwise than it was (a list of words on a varchar column)."""
    if "ARRAY[" not in statement:
        return statement
    done, at = [], 0
    for found in _ARRAY.finditer(statement):
        if found[0] == "ARRAY" and found.start() >= at:
            parts, end = cut(statement, found.end())
            kinds = {k[1] if (k := _CAST_TO.search(p)) else "" for p in parts}
            if len(kinds) == 1 and "" not in kinds and statement[end:].lstrip(")").startswith("::"):
                done += [statement[at:end], f"::{kinds.pop()}[]"]
                at = end
    return "".join([*done, statement[at:]])


_ANYONES: Final = re.compile(_TEXT, re.DOTALL)


def numbered(definition: str, parameter: int) -> str:
    """A routine with the one parameter that its parsed body calls "" by its number: the server prints so what has no
    name beside columns that are given back, and reads it no more (14 to 18)."""
    head, begin, body = definition.partition("\nBEGIN ATOMIC")
    return head + begin + _ANYONES.sub(lambda m: f"${parameter}" if m[0] == '""' else m[0], body)


_CONNECTED: Final = re.compile(r"\)(?=\s+(AND|OR)\b)")
_OPENED: Final = re.compile(_TEXT + r"|[()]|\b(?:AND|OR|SELECT|WITH|VALUES|WHERE)\b", re.DOTALL)


def connectives_kept(statement: str) -> str:
    """A statement in which `(a AND b) AND c` stays that, and the same of OR: the server would read three operands, and
    print them otherwise than it did (`x BETWEEN 1 AND 2 AND c`). A cast to what an operand is leaves no trace."""
    if _CONNECTED.search(statement) is None:
        return statement
    done, at = [], 0
    words: list[set[str]] = [set()]
    for found in _OPENED.finditer(statement):
        mark = found[0]
        if mark == "(":
            words.append(set())
        elif mark == ")":
            inside = words.pop() if len(words) > 1 else set()
            after = _CONNECTED.match(statement, found.start())
            if after is not None and after[1] in inside and inside <= {"AND", "OR"}:
                done += [statement[at : found.end()], "::boolean"]
                at = found.end()
        elif mark[0] not in "'\"$":
            words[-1].add(mark)
    return "".join([*done, statement[at:]])


_WHERE: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\s+WHERE\b""", re.IGNORECASE)


def before_where(definition: str) -> tuple[str, str]:
    """What stands before the condition of an index or an exclusion, and the condition with its WHERE ("" if none)."""
    depth = 0
    for found in _WHERE.finditer(definition):
        mark = found[0]
        depth += (mark == "(") - (mark == ")")
        if depth == 0 and mark[0].isspace():
            return definition[: found.start()], definition[found.start() :]
    return definition, ""


def unbracketed(expression: str) -> str:
    """An expression without the one pair of brackets that holds all of it."""
    if expression[:1] != "(" or expression[-1:] != ")":
        return expression
    return expression[1:-1] if cut(expression)[1] == len(expression) else expression


def made_up(table: str, column: str, label: str) -> str:
    """The name that the server gives what it makes for a column (its makeObjectName): cut to 63 bytes, ends last."""
    first, second = table.encode(), column.encode()
    room = _NAME_BYTES - len(label) - 2
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return f"{first.decode(errors='ignore')}_{second.decode(errors='ignore')}_{label}"


def aside(name: str, mark: str = "old") -> str:
    """The name that something has while another thing takes its own: a long one is cut, and stays another than that of
    a longer one that begins the same."""
    room = _NAME_BYTES - len(mark) - 2
    if len(name.encode()) > room:
        told_apart = sha256(name.encode()).hexdigest()[:6]
        name = name.encode()[: room - len(told_apart) - 1].decode(errors="ignore") + f"_{told_apart}"
    return f"{name}__{mark}"


def made_up_alone(name: str, label: str) -> str:
    """The same for what the server makes for something that has no columns (the NOT NULL of a domain)."""
    return f"{name.encode()[: _NAME_BYTES - len(label) - 1].decode(errors='ignore')}_{label}"


_COLUMN: Final = re.compile(
    r'''(?:(?:"(?:[^"]|"")*"|[a-z_][a-z0-9_]*)\.)?(?:"((?:[^"]|"")*)"|([a-z_][a-z0-9_]*))(?=[\s(]|\Z)'''
)
_LABELS: Final = {"unique": "key", "exclusion": "excl", "index": "idx"}


def made_up_index(table: str, keys: Iterable[str], kind: str) -> str:
    """The name that the server gives an index of a partition which it makes for one of the partitioned table.

    Before it adds a number to one that is taken. Expressions count by the function that they call, else as `expr`.
    """
    if kind == "primary_key":
        return table.encode()[: _NAME_BYTES - len("_pkey")].decode(errors="ignore") + "_pkey"
    names: list[str] = []
    for key in keys:
        found = _COLUMN.match(key)
        name = "expr" if found is None else found[2] or found[1].replace('""', '"')
        taken = (n for n in (name, *(f"{name}{i}" for i in range(1, 1000))) if n not in names)
        names.append(next(taken))
    return made_up(table, "_".join(names), _LABELS[kind])


_NAME: Final = r'''(?:"(?:[^"]|"")*"|[a-z_][a-z0-9_$]*)'''
_STATISTICS: Final = re.compile(
    rf"(CREATE STATISTICS {_NAME}\.{_NAME}(?: \([a-z, ]+\))? ON )(.*)( FROM (?:{_NAME}\.)?{_NAME};?)", re.DOTALL
)


def columns_sorted(statistics: str) -> str:
    """A CREATE STATISTICS with its columns by name, before the expressions: the server prints them as they stand in the
    table, which means nothing."""
    found = _STATISTICS.fullmatch(statistics)
    if found is None:
        return statistics
    parts, _ = cut(f"({found[2]})")
    columns = [p for p in parts if re.fullmatch(_NAME, p)]
    return f"{found[1]}{', '.join([*sorted(columns), *(p for p in parts if p not in columns)])}{found[3]}"
