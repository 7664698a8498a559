"""What a dialect makes of what it cannot say: the words of a written type, and the form of a dialect's answers.

One set of manifests for several dialects is written in the words of SQL and PostgreSQL; a dialect says, as data, what
it keeps such a type as. Knows no dialect and no manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

_WRITTEN: Final = re.compile(
    r"""\s*(?P<word>[^\W\d]\w*(?:\s+(?:varying|precision))?)\s*(?:\((?P<inside>[^()]*)\))?
    \s*(?P<rest>(?:[a-z]+\s*)*)(?P<array>(?:\[\d*\]|\barray\b)*)\s*\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_ALIASES: Final = {
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean",
    "character varying": "varchar", "char varying": "varchar", "character": "char", "bpchar": "char", "dec": "numeric",
    "decimal": "numeric", "float8": "double precision", "float4": "real", "double": "double precision",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz",
    "time without time zone": "time", "time with time zone": "timetz", "serial4": "serial", "serial8": "bigserial",
    "serial2": "smallserial", "bit varying": "varbit",
}  # fmt: skip


class WrittenType(msgspec.Struct, frozen=True):
    """A type as SQL writes it: `word` in lower case and by its usual name, what stands in its brackets, its rank as
    an array (0 for none)."""

    word: str
    inside: str = ""
    rank: int = 0

    def __str__(self) -> str:
        return f"{self.word}({self.inside})" if self.inside else self.word


def written_type(text: str) -> WrittenType | None:
    """The words of a type, None where it is a name (quoted, with a schema) or nothing that can be read."""
    match = _WRITTEN.match(text)
    if match is None:
        return None
    rest = " ".join(match["rest"].lower().split())
    array = match["array"]
    if rest.endswith(" array") or rest == "array":
        rest, array = rest.removesuffix("array").strip(), "[]"
    word = " ".join(filter(None, [" ".join(match["word"].lower().split()), rest]))
    inside = ",".join(part.strip() for part in (match["inside"] or "").split(","))
    return WrittenType(_ALIASES.get(word, word), inside, array.count("[") or array.lower().count("array"))


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a dialect keeps a type as. In both texts `{}` is what stood in the brackets of the written type, and in
    `check` (a condition on the column, which makes up for what the type does not do) `{column}` is the column.

    `how` says it in a few words; without it the type is the dialect's own, and nothing is said. `bare` is the type
    where nothing stands in brackets, `collation` what it needs to mean the same. `numbered`: the database numbers the
    rows, as it does for serial columns.
    """

    type: str
    bare: str = ""
    collation: str | None = None
    check: str = ""
    how: str = ""
    numbered: bool = False

    def spelled(self, written: WrittenType) -> str:
        return self.type.replace("{}", written.inside) if written.inside else self.bare or self.type.replace("({})", "")

    def condition(self, written: WrittenType, column: str) -> str:
        """The check over a column, "" where there is none."""
        if not self.check or ("{}" in self.check and not written.inside):
            return ""
        return self.check.replace("{}", written.inside).replace("{column}", column)


class Foreign(msgspec.Struct, frozen=True):
    """What a pattern finds in an expression, outside of texts and quoted names: words that the dialect has not, or that
    mean something else there; and what every dialect takes in their place. `{}` in `what` is the pattern's group."""

    pattern: str
    what: str
    instead: str = ""


class Emulation(msgspec.Struct, frozen=True, kw_only=True):
    """How a dialect keeps what it has no words for.

    types: by the word of the written type. native: the words that mean there what they say; None: it refuses unknown
    ones by itself. array: what keeps an array. labels: an enumeration's type by its quoted labels; a check of the
    labels stands beside it where `labels_checked`. defaults: expressions of defaults, in lower case.

    left_out: by kind, fields without which the same rows may be held (a comment, where it is stored). refused: by
    kind, fields without which other rows may be. kinds_left_out: kinds whose absence no row shows.
    """

    types: Mapping[str, Kept] = {}
    native: frozenset[str] | None = None
    lacking: frozenset[str] = frozenset()
    """Words of types that others have and that nothing stands in for, so that nobody has to ask a server."""
    array: Kept | None = None
    labels: Callable[[str], str] = lambda labels: "text"
    labels_checked: bool = True
    defaults: Mapping[str, str] = {}
    foreign: tuple[Foreign, ...] = ()
    """What other dialects write in expressions and this one must not be given."""
    double_quotes: bool = True
    """Whether double quotes stand around names; where they do not, they are put into the dialect's own."""
    functions: Callable[[], frozenset[str]] | None = None
    """The names of the functions there are, where an unknown one in a default would be no error; None elsewhere."""
    left_out: Mapping[str, frozenset[str]] = {}
    refused: Mapping[str, frozenset[str]] = {}
    kinds_left_out: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    """Methods of indexes there are; an index of another one is left out, unless it is unique."""
    partial_indexes: bool = True
    numbering: str = ""
    """Where the database numbers the rows of a column: `primary_key` by its primary key, `column`, or `identity`."""
    numbered_type: str = ""
    """The one type that such a column may have, where there is but one."""
    strict_types: Mapping[str, str] = {}
    """The types of a table that enforces them, by the first word of what a column would have else."""
    partitions: bool = False
    """Whether a table may be a partition of another."""
    partitioned: bool = False
    """Whether a table has its partitions in its own definition instead."""
    casts: bool = False
    """Whether a default may be written with the type that it is of: 'new'::status."""
    inline_checks: bool = False
    """Whether a check that makes up for a type stands in its column's definition and has no name."""


def fields(*kinds: str, words: str) -> dict[str, frozenset[str]]:
    """The same fields for several kinds."""
    return dict.fromkeys(kinds, frozenset(words.split()))


def joined(*tables: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Several tables of fields as one."""
    kinds = {kind for table in tables for kind in table}
    return {kind: frozenset().union(*(t.get(kind, frozenset()) for t in tables)) for kind in kinds}


STORAGE: Final = joined(
    fields("table", words="options access_method tablespace unlogged replica_identity"),
    fields("column", words="storage compression statistics options not_null_name"),
    fields("primary_key", "unique", words="options tablespace clustered replica_identity include invisible"),
    fields("primary_key", "unique", words="index_comment depends_on_extensions"),
    fields("index", words="options tablespace clustered replica_identity include statistics attached_to only"),
    fields("index", words="invisible"),
    fields("check", words="no_inherit not_valid inherited"),
    fields("foreign_key", words="not_valid spelled_out"),
    fields("view", words="column_comments"),
)
"""What PostgreSQL says of where and how things are kept."""
POSTGRESQL_ONLY: Final = joined(
    fields("table", words="row_security force_row_security inherits of_type server"),
    fields("primary_key", "unique", words="deferrable initially_deferred without_overlaps"),
    fields("unique", "index", words="nulls_not_distinct"),
    fields("check", words="enforced"),
    fields("foreign_key", words="match set_columns period enforced"),
)
"""What decides on PostgreSQL which rows there may be or who sees them, and what no other dialect has."""
POSTGRESQL_TYPES: Final = frozenset({
    "interval", "tsvector", "tsquery", "xml", "money", "hstore", "jsonpath", "int4range", "int8range", "numrange",
    "daterange", "tsrange", "tstzrange", "int4multirange", "int8multirange", "nummultirange", "datemultirange",
    "tsmultirange", "tstzmultirange", "box", "circle", "line", "lseg", "path", "macaddr8", "varbit", "oid", "regclass",
})  # fmt: skip
"""Types of PostgreSQL that mean nothing elsewhere."""
STANDARD_CASTS: Final = Foreign("::", "casts with ::", "CAST(... AS ...)")
ILIKE: Final = Foreign(r"(?i)\bilike\b", "ILIKE", "lower(...) LIKE lower(...)")
REGULAR_EXPRESSION: Final = Foreign(r"(?<![<>!=~])!?~\*?(?=\s*')|\s!?~\*?\s", "regular expressions with ~")
INTERVALS: Final = Foreign(r"(?i)\binterval\s*$|\binterval\s*(?=')", "intervals of PostgreSQL")
NO_TRACE: Final = frozenset({"extension", "statistics", "access", "role", "publication", "publication_table"})
"""Kinds of PostgreSQL without which the same rows may be held."""
