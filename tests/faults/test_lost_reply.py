"""The server did what it was told, and its answer never arrives: nobody knows, so the next apply looks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import DatabaseError
from tests.faults.conftest import Places
from tests.faults.harness import QUERIES, Tell, carried_on, counted, edges, points
from tests.faults.proxy import Proxy
from tests.faults.test_kill import SPREAD, undisturbed
from tests.unit.apply.places import Place


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: sockets have room for about 100 bytes of it."""
    found = Path(tempfile.mkdtemp(prefix="reconcile-proxy-"))
    yield found
    shutil.rmtree(found)


@pytest.mark.parametrize("spread", SPREAD)
def test_reply_lost(remote: Places, folder: Path, spread: str, tell: Tell) -> None:
    """Also that of each COMMIT: what was committed is seen to be so, and is not done again."""
    found, said, state = undisturbed(remote)
    every = edges(said)[:-1]
    commits = [n for n in every if said[n - 1].startswith("COMMIT")]
    chosen = sorted({*points(spread, every, 2), *points(spread, commits, 2)})
    for point in chosen:
        place = remote()
        proxy = Proxy(place, folder)

        def lose(n: int, *_: object, at: int = point, proxy: Proxy = proxy) -> None:
            if n == at:
                proxy.armed = True

        with proxy.listening(), place.dialect.connect(proxy.url) as session, pytest.raises(DatabaseError) as error:
            Place(place.name, proxy.url).apply(found, session=counted(session, lose))
        assert proxy.lost == 1 and error.value.exit_code == 1, error.value
        if point in commits:
            assert "nobody knows" in error.value.what, error.value
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"reply to call {point} lost: {said[point - 1]}"
    how = "a proxy that swallows the answer to every write and every commit, and hangs up"
    tell(place, how, len(chosen), len(every), end='exit 1, "nobody knows"; the next apply looks, nothing twice')
