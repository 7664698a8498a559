"""Settings of a session that change what a statement means: said where they matter, and put back.

`reconcile apply` has a session whose settings are its own; plain Alembic has the server's, or whatever its user set. A
literal with a backslash is another text under NO_BACKSLASH_ESCAPES, and a value that does not fit is cut off without a
word where no strict mode is on.
"""

from __future__ import annotations

import re
from typing import Final

from ...model.changes import Statement
from ..base import Rendered, Rendering

STRICT: Final = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""The modes that both servers start with, less those that forbid the zero dates of old definitions."""
USUAL_MODE: Final = {
    True: frozenset({*STRICT.split(","), "NO_AUTO_CREATE_USER"}),
    False: frozenset({*STRICT.split(","), "ONLY_FULL_GROUP_BY", "NO_ZERO_IN_DATE", "NO_ZERO_DATE"}),
}
"""What a program was written under that says nothing of it, on MariaDB and on MySQL."""
_BEFORE: Final = "@reconcile_usual_mode"
_DEPENDING: Final = re.compile(
    r"""[\\"] | \|\| | '' | '0000-  # literals and words that a mode reads otherwise, dates that one forbids
    | \b(?:MODIFY|CHANGE|CONVERT|PARTITION|UPDATE|INSERT|REPLACE)\b | \bADD\ COLUMN\b  # what rows may not fit
    | \bCREATE\b.*\b(?:TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE)\b  # what keeps the mode it was made in
    | \bENGINE= | \bADD\ (?:PRIMARY|UNIQUE)\b""",
    re.VERBOSE | re.IGNORECASE,
)


def session_mode(*, mariadb: bool) -> str:
    """The mode that a plan is made in and carried out."""
    return STRICT + (",NO_AUTO_CREATE_USER" if mariadb else "")


def program_mode(own: str | None, *, mariadb: bool) -> str | None:
    """The mode in which a program is to be made, None where it is the session's."""
    return own if own is not None or mariadb else ",".join(sorted(USUAL_MODE[mariadb]))


def set_for_now(name: str, value: str, before: str) -> str:
    """The setting, and what it was before kept in a variable; said twice, it is kept all the same."""
    return f"SET {before} = COALESCE({before}, @@SESSION.{name}), SESSION {name} = {value}"


def set_back(name: str, before: str) -> str:
    """The setting as it was; said where nothing was kept, it stays as it is."""
    return f"SET SESSION {name} = COALESCE({before}, @@SESSION.{name}), {before} = NULL"


def framed(said: Rendered, context: Rendering) -> Rendered:
    """The statements of a plan between two that set the mode they were planned in, where one of them depends on it."""
    if not any(_DEPENDING.search(s.sql) for _, statements in said for s in statements):
        return said
    found = [(step, list(statements)) for step, statements in said]
    mode = f"'{session_mode(mariadb=context.profile.capabilities['mariadb'])}'"
    found[0][1].insert(0, Statement(set_for_now("sql_mode", mode, _BEFORE)))
    found[-1][1].append(Statement(set_back("sql_mode", _BEFORE)))
    return found
