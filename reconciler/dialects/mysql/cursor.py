"""A place in the words of a statement that a server prints; knows no statement."""

from __future__ import annotations

from .tokens import name_of, spans, text_of


class UnreadableError(Exception):
    """A definition that does not follow the grammar as we know it."""


class Cursor:
    """A place in a list of tokens."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.spans = spans(sql)
        self.texts = [sql[start:end] for start, end in self.spans]
        self.texts += [""] * 4
        self.upper = [t.upper() for t in self.texts]
        self.at = 0

    def take(self, *words: str) -> bool:
        """Step over these keywords if they stand here."""
        at = self.at
        if self.upper[at] != words[0]:
            return False
        end = at + len(words)
        if len(words) > 1 and tuple(self.upper[at:end]) != words:
            return False
        self.at = end
        return True

    def need(self, *words: str) -> None:
        if not self.take(*words):
            raise UnreadableError(f"{' '.join(words)} expected, {self.here()!r} found")

    def here(self) -> str:
        return self.texts[self.at]

    def next(self) -> str:
        text = self.texts[self.at]
        if not text:
            raise UnreadableError("the definition ends too early")
        self.at += 1
        return text

    def name(self) -> str:
        return name_of(self.next())

    def text(self) -> str:
        token = self.next()
        if token[0] not in "'\"":
            raise UnreadableError(f"a text expected, {token!r} found")
        return text_of(token)

    def slice(self, start: int, end: int) -> str:
        """What was printed from one token to before another."""
        return self.sql[self.spans[start][0] : self.spans[end - 1][1]] if end > start else ""

    def bracketed(self) -> str:
        """What stands in the brackets that open here, as it was printed."""
        self.need("(")
        start = self.at
        self._close()
        return self.sql[self.spans[start - 1][1] : self.spans[self.at - 1][0]].strip()

    def _close(self) -> None:
        depth = 1
        while depth:
            token = self.next()
            depth += (token == "(") - (token == ")")

    def names(self) -> list[str]:
        self.need("(")
        found = [self.name()]
        while self.take(","):
            found.append(self.name())
        self.need(")")
        return found
