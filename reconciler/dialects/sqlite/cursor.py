"""A place in the words of a CREATE statement, and how its lists are cut up; knows no statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .tokens import is_name, name_of

_MARKS: Final = frozenset("(),")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class UnreadableError(Exception):
    """A definition that does not follow the grammar as we know it."""


class Cursor:
    """A place in a list of tokens; `upper` is the list in capitals, with "" behind its end."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self._here = [*words, "", "", ""]
        self.upper = "\0".join((*words, "", "", "")).upper().split("\0")  # one call, where a thousand cost more
        self.at = 0

    def take(self, first: str, *others: str) -> bool:
        """Step over these keywords if they stand here."""
        at = self.at
        if self.upper[at] != first or (others and tuple(self.upper[at + 1 : at + 1 + len(others)]) != others):
            return False
        self.at = at + 1 + len(others)
        return True

    def need(self, first: str, *others: str) -> None:
        if not self.take(first, *others):
            raise UnreadableError(f"{' '.join((first, *others))} expected, {self.here()!r} found")

    def here(self) -> str:
        return self._here[self.at]

    def name(self) -> str:
        token = self._here[self.at]
        if _PLAIN.match(token):
            self.at += 1
            return token
        if not token or not (is_name(token) or token[0] == "'"):
            raise UnreadableError(f"a name expected, {token!r} found")
        self.at += 1
        return name_of(token)

    def bracketed(self) -> Sequence[str]:
        """What stands in the brackets that open here."""
        self.need("(")
        words, at, depth = self._here, self.at, 1
        while depth:
            token = words[at]
            if token == "(":
                depth += 1
            elif token == ")":
                depth -= 1
            elif not token:
                raise UnreadableError("a bracket is not closed")
            at += 1
        start, self.at = self.at, at
        return words[start : at - 1]

    def names(self) -> list[str]:
        """Names in brackets, [] where no bracket opens."""
        return [name_of(part[0]) for part in parts(self.bracketed())] if self.here() == "(" else []


def parts(words: Sequence[str]) -> list[Sequence[str]]:
    """The tokens between top-level commas."""
    if len(words) == 1 and words[0] not in _MARKS:
        return [words]
    found, depth, start = [], 0, 0
    for at, token in enumerate(words):
        if token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
        elif token == "," and not depth:
            found.append(words[start:at])
            start = at + 1
    found.append(words[start:])
    if not all(found):
        raise UnreadableError("an empty item in a list")
    return found


def key_term(words: Sequence[str]) -> tuple[Sequence[str], str | None, bool]:
    """What an indexed column is over, its collation and whether it descends."""
    descends = False
    if words[-1].upper() in ("ASC", "DESC") and len(words) > 1:
        descends, words = words[-1].upper() == "DESC", words[:-1]
    if len(words) > 2 and words[-2].upper() == "COLLATE":
        return words[:-2], name_of(words[-1]), descends
    return words, None, descends
