"""What a source says before a database has judged it: units in a person's spelling, with places and digests.

Knows values only; where they come from is each source's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from ..diagnostics import Finding, Span
from ..errors import InputError
from ..model.address import Address
from ..model.objects import Object
from .findings import without_portability

_NO_SPANS: Final[Mapping[Address, Span]] = {}


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A top-level object with its parts as a person wrote it.

    `digest` says what was written, whatever the layout of the file. A unit is either `objects` in a person's spelling
    (manifests) or `statements` that make it (models); `late` ones run when every unit has been made (foreign keys).
    `needs` must exist before it; `words` are the identifiers in its opaque texts, to find what it may need as well.
    """

    address: Address
    digest: str
    objects: tuple[Object, ...] = ()
    statements: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    needs: tuple[Address, ...] = ()
    words: frozenset[str] = frozenset()
    spans: Mapping[Address, Span] = _NO_SPANS

    def span(self, address: Address) -> Span:
        """Where a part was written, or the unit itself where the part has no place of its own."""
        return self.spans.get(address) or self.spans.get(self.address) or Span()


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """All that a source says.

    `names` are the renames it asks for: new address → old name. `facts` is what else it knows (an app's
    `version_table`, say). `complete` are the kinds of which the source says all there are (None: of every kind); an
    object of another kind that nobody wrote is none that somebody removed.

    `says` are the topics (owners, grants, roles) that the source is about, and `access` the objects of these: no server
    has to judge them. `places` is where those were written that have a manifest of their own.
    """

    units: tuple[Unit, ...] = ()
    names: Mapping[Address, str] = {}
    findings: tuple[Finding, ...] = ()
    origin: str = ""
    facts: Mapping[str, Any] = {}
    complete: frozenset[str] | None = None
    says: frozenset[str] = frozenset()
    access: tuple[Object, ...] = ()
    places: Mapping[Address, Span] = _NO_SPANS

    def sound(self) -> Written:
        """Itself; raises InputError with every finding where one of them is an error."""
        errors = [f for f in self.findings if f.level == "error"]
        if errors:
            count = "one error" if len(errors) == 1 else f"{len(errors)} errors"
            raise InputError(f"{self.origin or 'the source'} has {count}", without_portability(self.findings))
        return self


_WORD: Final = re.compile(r"[^\W\d][\w$]*")
_QUOTED: Final = re.compile(r'"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]')


class WordIndex(dict[str, frozenset[str]]):
    """The identifiers in a text: bare words as they are and folded, and whatever stands in quotes."""

    def __missing__(self, text: str) -> frozenset[str]:
        found = set(_WORD.findall(text))
        found |= {w.lower() for w in found}
        if '"' in text or "`" in text or "[" in text:
            found |= {m[0].replace('""', '"') or m[1] or m[2] for m in _QUOTED.findall(text)}
        words = self[text] = frozenset(found)
        return words


def words_of(texts: Iterable[str | None], index: WordIndex) -> frozenset[str]:
    """The identifiers that any of the texts mentions, even inside of literals: `nextval('s')` mentions s."""
    return frozenset().union(*(index[t] for t in set(texts) if t))
