"""What a person signs: one canonical text of everything that an approval is bound to.

`apply` makes this text anew from git and the database and verifies signatures over it. What moves any of it moves the
text, so no signature over another one is good.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from ..model.codec import digest

Verdict = Literal["approve", "reject", "break-glass"]
VERSION: Final = 1


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What is approved. `revisions`: (id, SHA-256 of the file's bytes) of each that is to run, in order.

    `verdict`, `not_after` and `reason` are the approver's own word; all else is derived.
    """

    repository: str
    environment: str
    base: tuple[str, ...]
    head: tuple[str, ...]
    revisions: tuple[tuple[str, str], ...]
    recorded: str
    desired: str
    policy: str
    settings: str
    tool: str
    sql: str
    verdict: Verdict = "approve"
    not_after: str = ""
    reason: str = ""
    version: int = VERSION

    @property
    def text(self) -> bytes:
        """The bytes that are signed: JSON with sorted keys, ASCII, one line feed at the end."""
        value = msgspec.to_builtins(self)
        return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"

    @property
    def subject(self) -> str:
        """One digest for what is approved, whoever approves it and until when."""
        return digest(msgspec.structs.replace(self, verdict="approve", not_after="", reason="").text)


def read_statement(text: bytes) -> Statement | None:
    """A statement from its canonical text; None for any other text."""
    try:
        found = msgspec.json.decode(text, type=Statement)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found if found.text == text else None


MOVED: Final = {
    "repository": "the repository is another one",
    "environment": "it is for another environment",
    "base": "the database is at another revision",
    "head": "it leads to another revision",
    "revisions": "the revisions are not those that were approved",
    "recorded": "the database was changed since",
    "desired": "what git asks for (the lockfile) is another",
    "policy": "the policy is another",
    "settings": "settings of reconcile.yaml are others",
    "tool": "it was made with another version of this program",
    "sql": "the SQL is not what was approved",
}
"""Each field that may move, in the order in which it is told, and what it means that it did."""


def moved(approved: Statement, now: Statement) -> Iterator[tuple[str, str, str]]:
    """The fields that moved between two statements: (field, as approved, as it is now)."""
    for field in MOVED:
        was, is_now = getattr(approved, field), getattr(now, field)
        if was != is_now:
            yield field, _shown(was), _shown(is_now)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(v if isinstance(v, str) else f"{v[0]} ({v[1][:12]})" for v in value) or "nothing"
    text = str(value)
    short = 12 + len("live:") * text.startswith("live:")
    return f"{text[:short]}…" if len(text) - short + 12 == 64 else text or "nothing"
