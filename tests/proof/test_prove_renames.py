"""Revisions that rename things are proved with rows, and lead back: the cases with a file `renames`."""

from __future__ import annotations

import pytest

from tests.proof.emit_world import postgres_world
from tests.proof.test_postgresql_cases import CASES, NAMES, asked, lacking
from tests.servers import Postgres

_RENAMED = [n for n in NAMES if (CASES / n / "renames").exists() and not n.startswith("grant/")]


@pytest.mark.proof
@pytest.mark.parametrize("name", _RENAMED)
def test_a_revision_that_renames_is_proved(pg_default: Postgres, name: str) -> None:
    case = CASES / name
    if why := lacking(pg_default, case):
        pytest.skip(why)
    world = postgres_world(pg_default)
    old, new = ((case / f"{side}.sql").read_text() for side in ("old", "new"))
    old = "\n".join(line for line in old.splitlines() if not line.startswith("INSERT "))
    found = world.proved(old, new, asked(case, world.catalog(old)))
    assert found.proof.ok and found.proof.ran
