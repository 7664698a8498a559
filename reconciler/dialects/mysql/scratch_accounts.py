"""Accounts on a scratch server of our own: whoever is granted something has to be there before, locked, without a
password.

What changes roles is not run there: it would be seen by everybody who uses the server, and no schema holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from ...errors import DatabaseError
from .session import MySQLSession
from .tokens import Token, is_name, literal, name_of, quoted, text_of, tokens

_VERBS: Final = ("CREATE", "DROP", "ALTER", "SET")
_NOUNS: Final = ("ROLE", "USER", "DEFAULT", "PASSWORD")
_CUE: Final = re.compile(r"(?i)\s*(?:GRANT|REVOKE|(?:CREATE|DROP|ALTER|SET)\s+(?:ROLE|USER|DEFAULT|PASSWORD))\b")
_PRIVILEGES: Final = "mysql.db", "mysql.tables_priv", "mysql.columns_priv", "mysql.procs_priv"


class ScratchSession(MySQLSession):
    """A session on a scratch database of a server of our own."""

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        if not _CUE.match(sql):
            return super().execute(sql, params)
        words = tokens(sql)
        upper = [w.text.upper() for w in words]
        if upper[0] in _VERBS and upper[1] in _NOUNS:
            return 0
        if upper[0] in ("GRANT", "REVOKE"):
            if "ON" not in upper:
                return 0  # a membership
            for who in _grantees(words, upper):
                super().execute(who)
        return super().execute(sql, params)


def _grantees(words: Sequence[Token], upper: Sequence[str]) -> Iterator[str]:
    """The statements that make those whom a GRANT or REVOKE names."""
    at = max(n for n, word in enumerate(upper) if word in ("TO", "FROM")) + 1
    while at < len(words) and upper[at] not in ("WITH", "REQUIRE", "IDENTIFIED"):
        if words[at].text[0] in "'`\"" or is_name(words[at].text):
            if at + 1 < len(words) and words[at + 1].text == "@":
                name, host = _bare(words[at].text), _bare(words[at + 2].text)
                yield f"CREATE USER IF NOT EXISTS {literal(name)}@{literal(host)} ACCOUNT LOCK"
                at += 2
            elif upper[at] != "PUBLIC":
                yield f"CREATE ROLE IF NOT EXISTS {quoted(_bare(words[at].text))}"
        at += 1


def _bare(word: str) -> str:
    return text_of(word) if word[0] == "'" else name_of(word)


def forget_grants(maintenance: MySQLSession, database: str) -> None:
    """Takes the rights on a database that is gone out of the server's tables: it keeps them by name."""
    with suppress(DatabaseError):  # no right to look there, so none that we gave
        found: list[tuple[Any, ...]] = []
        for table in _PRIVILEGES:
            found += maintenance.rows(f"SELECT 1 FROM {table} WHERE db = %s LIMIT 1", (database,))
        if found:
            for table in _PRIVILEGES:
                maintenance.execute(f"DELETE FROM {table} WHERE db = %s", (database,))
            maintenance.execute("FLUSH PRIVILEGES")
