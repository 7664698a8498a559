"""Whether a change takes data away, for the rule of destructive changes: by what it leads to, and by what it says.

Hand-written SQL may take rows that no catalog shows, so the statements are read too. In doubt it is destructive: that
asks for more approvals, and forbids nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from ..apply.render import Rendered
from ..dialects.base import Dialect
from ..emit.moves import renames_said
from ..emit.report import PlanReport
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.profile import Profile
from ..model.tombstones import is_tombstone_of, tombstones
from .compare import compare
from .sides import Side

_TOKENS: Final = (
    re.compile(r"(\"[^\"]*\"|`[^`]*`)|'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL),
    re.compile(r"(\"(?:[^\"\\]|\\.)*\"|`[^`]*`)|'(?:[^'\\]|''|\\.)*'|#[^\n]*|--[^\n]*|/\*.*?\*/", re.DOTALL),
)
"""Quoted names (kept), and strings and comments, as servers without and with escapes in strings read them: a text that
is harmless to one of them only is not harmless."""
_ID: Final = r"(?:[\w$]+|\"[^\"]+\"|`[^`]+`)"
_PATH: Final = rf"{_ID}(?:\s*\.\s*{_ID})*"
_KEPT: Final = (
    r"constraint|check|index|key|primary|foreign|view|materialized|trigger|rule|policy|function|procedure|routine|"
    r"aggregate|operator|cast|event|statistics|publication|collation"
)
"""What holds no rows; behind it stands what is dropped, or else it is itself the name of a column."""
_BEGINS: Final = r"(?:^|[;()]|\b(?:as|begin|then|else|do|loop)\b)\s*"
_COLUMN: Final = rf"\balter\s+(?:(?:column|domain)\s+)?(?P<column>{_PATH})\s+"
_TYPE: Final = rf"{_COLUMN}(?:set\s+data\s+)?type\b"
_LOSES: Final = re.compile(
    rf"\bdrop\s+(?!(?:{_KEPT})\s+(?!(?:cascade|restrict)\b)[\w\"`])|\btruncate\b|"
    rf"\bdelete\s+(?:[\w.`\",\s]+\s)?from\b|{_BEGINS}(?:update|merge|replace)\s|\bdiscard\s+tablespace\b|"
    rf"\bor\s+replace\s+(?:into|table|sequence)\b|\bkey\s+update\b|{_TYPE}.*\busing\b",
    re.IGNORECASE | re.DOTALL,
)
_HARMLESS: Final = (
    re.compile(
        rf"{_COLUMN}drop\s+(?:default|not\s+null|(?:identity|expression)(?:\s+if\s+exists)?)\s*(?=[,;]|\Z)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_TYPE}(?:[^,;()]|\([^()]*\))*?\busing\s+(?P=column)(?:\s*::\s*text)?\s*::\s*"
        rf"(?!\"?(?:char|character|bpchar|bit|name)\b){_PATH}"
        r"(?:\s+(?:precision|varying|with(?:out)?\s+time\s+zone))?(?:\[\])*\s*(?=[,;]|\Z)",
        re.IGNORECASE,
    ),
)
"""Parts of a statement that drop what is no data, and that convert a value as a plan does, which no length cuts off."""
_ANYTHING: Final = re.compile(
    r"(?:do|call|execute|exec|copy|load|prepare)\b|select\b(?!\s+(?:pg_catalog\.)?set(?:val|_config)\s*\()",
    re.IGNORECASE,
)
"""Statements of which no word says what they do."""
_OWN: Final = re.compile(r"(?:delete\s+from|update)\s+sqlite_sequence\b[^;]*\Z", re.IGNORECASE)
"""The counters of rows that SQLite keeps, which go along with a table that is made anew."""
_NAME: Final = r"(?P<{}>(?:[\w$]+|\"[^\"]+\"|`[^`]+`)(?:\.(?:[\w$]+|\"[^\"]+\"|`[^`]+`))?)"
_COPY: Final = re.compile(
    rf"insert\s+into\s+{_NAME.format('new')}\s*\([^)]*\)\s*select\b(?P<what>.*)\sfrom\s+{_NAME.format('old')}\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_SOME: Final = re.compile(r"\b(?:where|limit|join|having|distinct|union|from)\b", re.IGNORECASE)
"""What makes a copy less than the whole table."""
_DROP: Final = re.compile(rf"drop\s+table\s+{_NAME.format('old')}\s*\Z", re.IGNORECASE)


def plan_told(
    before: Catalog, after: Catalog, dialect: Dialect, names: Mapping[Address, str] | None = None
) -> PlanReport:
    """The change from one catalog to another, told. names: what was renamed, new address → old name."""
    head = Side(label="head", catalog=after, names=names or {})
    return compare(Side(label="base", catalog=before), head, dialect).report()


def renamed(
    items: Iterable[Rendered] | None, before: Catalog, after: Catalog, profile: Profile
) -> Mapping[Address, str]:
    """What keeps its rows under another name: by the SQL that will run, and by nothing that a file says of itself.

    Before that is known, what is gone and has a tombstone: whoever is let through by that, to have the SQL said, is
    asked again by the SQL.
    """
    if items is not None:
        said = [statement for item in items for statement in item.statements]
        return renames_said(said, before, after, profile.default_schema)
    made = [t.address for t in tombstones(after) if t.address not in before]
    back = [t.address for t in tombstones(before) if t.address not in after]
    gone = [o.address for o in before.only(after)]
    come = [o.address for o in after.only(before)]
    pairs = ((t, a) for t in made for a in gone if _was(t, a, profile))
    returns = ((a, t) for t in back for a in come if _was(t, a, profile))
    return {new: old.name for new, old in (*pairs, *returns)}


def _was(tombstone: Address, a: Address, profile: Profile) -> bool:
    place = (a.kind, a.schema, a.parent) == (tombstone.kind, tombstone.schema, tombstone.parent)
    return place and is_tombstone_of(tombstone.name, a.name, partial(profile.same_name, a.kind))


def said_losses(items: Iterable[Rendered]) -> list[str]:
    """The statements that may take data away, by their words."""
    return [s for item in items for s in _losing([s.sql for s in item.statements])]


def _losing(statements: Sequence[str]) -> Iterable[str]:
    """Without the DROP TABLE of a table whose rows were all copied into another before, as a rebuild does it."""
    copied: set[str] = set()
    for sql in statements:
        texts = [token.sub(lambda m: m[1] or " ", sql).strip().rstrip(";").strip() for token in _TOKENS]
        copies = [_COPY.match(text) for text in texts]
        if all(c is not None and not _SOME.search(c["what"]) for c in copies):
            copied |= {c["old"] for c in copies if c is not None}
        elif not all(_harmless(text, copied) for text in texts):
            yield sql


def _harmless(text: str, copied: set[str]) -> bool:
    dropped = _DROP.match(text)
    if (dropped is not None and dropped["old"] in copied) or _OWN.match(text):
        return True
    for part in _HARMLESS:
        text = part.sub(" ", text)
    return not _LOSES.search(text) and not _ANYTHING.match(text)
