"""A revision's statements in groups that are committed together. Pure: knows SQL's transaction words, no session.

Alembic's own transaction, `autocommit_block` and a BEGIN or COMMIT that a revision spells out all come to the same
here: which statements must stand or fall together. Our transactions take the place of those words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

import msgspec

from ..errors import RefusedError
from ..model.changes import Statement


class Role(Enum):
    """What a statement is to us."""

    EFFECT = "effect"
    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    OURS = "ours"
    """Enforcement of foreign keys, and its check: we do both ourselves, around every transaction."""
    STEERS = "steers"
    """Changes how the session behaves and nothing in the database: run where it stands, and again after a crash."""


_LEADING: Final = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_ROLES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), role)
    for pattern, role in (
        (r"begin(\s+(work|transaction|immediate|deferred|exclusive))*|start\s+transaction(\s[^;]*)?", Role.BEGIN),
        (r"(commit|end)(\s+(work|transaction))?", Role.COMMIT),
        (r"rollback(\s+(work|transaction))?", Role.ROLLBACK),
        (r"pragma\s+(\w+\.)?(foreign_keys|foreign_key_check)\b.*", Role.OURS),
        (r"pragma\s+(\w+\.)?(legacy_alter_table|defer_foreign_keys|recursive_triggers|busy_timeout)\b.*", Role.STEERS),
        (r"set\s+(?!local\b|constraints\b|transaction\b).*|reset\s.*", Role.STEERS),
        (r"select\s+(pg_catalog\.)?set_config\s*\([^;]*,\s*false\s*\)", Role.STEERS),
    )
)


class Act(msgspec.Struct, frozen=True):
    """One statement to execute; `position` counts from 1 in the revision's rendered text."""

    sql: str
    position: int
    steers: bool = False


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Statements that are committed together; `alone`: a single one that asked to be outside of any transaction.

    `prelude` steers the session before it, `closing` after the last one.
    """

    number: int
    acts: tuple[Act, ...] = ()
    alone: bool = False
    prelude: tuple[Act, ...] = ()
    closing: tuple[Act, ...] = ()

    @property
    def effects(self) -> tuple[Act, ...]:
        return tuple(a for a in self.acts if not a.steers)

    @property
    def positions(self) -> frozenset[int]:
        """The statements that are journalled."""
        return frozenset(a.position for a in self.effects)


def bare(sql: str) -> str:
    """The statement from its first word on, without comments before it and a semicolon after it."""
    return sql[_LEADING.match(sql).end() :].rstrip().rstrip(";").rstrip()  # type: ignore[union-attr]


def role(sql: str) -> Role:
    text = bare(sql)
    return next((r for pattern, r in _ROLES if pattern.fullmatch(text)), Role.EFFECT)


def segments(statements: Iterable[Statement], *, transactional: bool = True) -> tuple[Segment, ...]:
    """The groups in order, at least one; without `transactional` (DDL commits by itself) every statement is alone.

    Raises RefusedError where a statement says ROLLBACK.
    """
    groups = _Groups(transactional)
    for position, statement in enumerate(statements, 1):
        groups.add(position, statement)
    return groups.finished()


class _Groups:
    def __init__(self, transactional: bool) -> None:
        self._transactional = transactional
        self._made: list[Segment] = []
        self._open: list[Act] = []
        self._before: list[Act] = []
        self._flag = True
        self._said: bool | None = None
        """Whether BEGIN (True) or COMMIT (False) was the last word; None: neither, Alembic's own rule holds."""

    def add(self, position: int, statement: Statement) -> None:
        if statement.transactional != self._flag:
            self._close()
            self._flag, self._said = statement.transactional, None
        what = role(statement.sql)
        if what is Role.ROLLBACK:
            raise RefusedError(f"statement {position} says ROLLBACK", why="a revision is applied whole or not at all")
        if what in (Role.BEGIN, Role.COMMIT):
            self._close()
            self._said = what is Role.BEGIN
        elif what is not Role.OURS:
            self._place(Act(statement.sql, position, steers=what is Role.STEERS))

    def _place(self, act: Act) -> None:
        inside = self._flag if self._said is None else self._said
        if inside and self._transactional:
            self._open.append(act)
        elif act.steers:
            self._before.append(act)
        else:
            self._append([act], alone=True)

    def _close(self) -> None:
        if any(not a.steers for a in self._open):
            self._append(self._open, alone=False)
        else:
            self._before += self._open
        self._open = []

    def _append(self, acts: Sequence[Act], *, alone: bool) -> None:
        number = len(self._made) + 1
        self._made.append(Segment(number=number, acts=tuple(acts), alone=alone, prelude=tuple(self._before)))
        self._before = []

    def finished(self) -> tuple[Segment, ...]:
        self._close()
        last = self._made.pop() if self._made else Segment(number=1)
        return (*self._made, msgspec.structs.replace(last, closing=tuple(self._before)))
