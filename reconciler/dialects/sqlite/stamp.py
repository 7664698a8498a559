"""Whether a database changed since it was last read: its own texts, hashed."""

from __future__ import annotations

from ...model.codec import digest
from ...model.namespaces import PRAGMAS
from ..session import Session


def stamp(session: Session) -> str:
    """A text that is another one after every change of the schema."""
    rows = session.rows("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1, 2, 3")
    rows += [(name, str(value)) for name in PRAGMAS for (value,) in session.rows(f"PRAGMA {name}")]
    return digest(*(text.encode("utf-8", "surrogatepass") for row in rows for text in row))
