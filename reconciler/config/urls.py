"""What a database URL's first part says. Knows no driver; `config.secrets` knows how a URL may be shown."""

from __future__ import annotations

import re

_SAME_DIALECT = {"postgres": "postgresql", "file": "sqlite", "mariadb": "mysql"}


def scheme(url: str) -> tuple[str, str]:
    """Dialect and driver that the URL names ("postgresql", "psycopg2"), "" for what it does not name."""
    head, mark, _ = url.partition(":")
    if not mark or not re.fullmatch(r"[A-Za-z][\w+.-]*", head):
        return "", ""
    name, _, driver = head.lower().partition("+")
    return _SAME_DIALECT.get(name, name), driver
