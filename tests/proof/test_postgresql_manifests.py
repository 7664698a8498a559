"""Every kept case of PostgreSQL as manifests: what is read back from them is the schema that they were written from."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.model.catalog import Catalog
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.manifest.write import manifest_files
from reconciler.sources.normalise import normalise
from tests.proof.test_postgresql_cases import loaded
from tests.servers import Postgres

_CASES = Path(__file__).parent.parent / "cases" / "postgresql"
_ABOUT_ROLES = {"owner", "grant", "default_privilege"}
_NAMES = sorted(
    str(f.parent.relative_to(_CASES)) for f in _CASES.glob("*/*/new.sql") if f.parent.parent.name not in _ABOUT_ROLES
)


@pytest.mark.proof
@pytest.mark.parametrize("name", _NAMES)
def test_manifests_of_a_schema_are_that_schema(pg_default: Postgres, name: str) -> None:
    case, scope = _CASES / name, Scope()
    since = case / "since"
    if since.exists() and pg_default.major < int(since.read_text()):
        pytest.skip(f"PostgreSQL {since.read_text().strip()} and later")
    with pg_default.session(loaded(pg_default, case / "new.sql", access=True)) as session:
        catalog = DIALECT.inspect(session, scope)
    files = manifest_files(Catalog(catalog.values(), dialect="postgresql"))
    read = [(path, text.encode()) for path, text in files.items()]
    written = load_manifests(read, profile=DIALECT.profile(pg_default.version)).sound()
    again = normalise(written, dialect=DIALECT, scratch=pg_default.session, known=None, scope=scope).catalog
    assert again == catalog
