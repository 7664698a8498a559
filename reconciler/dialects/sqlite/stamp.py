"""Whether a database changed since it was last read: its own texts, hashed."""

from __future__ import annotations

from ...model.codec import digest
from ..session import Session


def stamp(session: Session) -> str:
    """A text that is another one after every change of the schema."""
    rows = session.rows("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1, 2, 3")
    return digest(*(text.encode("utf-8", "surrogatepass") for row in rows for text in row))
