"""Addresses that become the other kind by way of a text, by an applier that dies: no address is lost or said twice."""

from __future__ import annotations

import pytest

from tests.faults.harness import FINISHED, KILLED, Mode, Tell, carried_on, edges, killed_at, points, said_by
from tests.maria import Maria
from tests.unit.apply.places import Place, history, revision

SEED = """
op.execute("CREATE TABLE t (a inet4, b inet6)")
op.execute("INSERT INTO t VALUES ('1.2.3.4', '::ffff:4.3.2.1')")
"""
STEPS = (
    "ALTER TABLE `t` MODIFY COLUMN `a` varchar(45), MODIFY COLUMN `b` varchar(45), ALGORITHM=COPY, LOCK=SHARED",
    "UPDATE `t` SET `a` = CONCAT('::ffff\\:', `a`) WHERE LOCATE('\\:', `a`) = 0",
    "UPDATE `t` SET `b` = SUBSTRING(`b`, 8) WHERE LEFT(`b`, 7) = '::ffff\\:' AND LOCATE('.', `b`) > 0",
    "ALTER TABLE `t` MODIFY COLUMN `a` inet6, MODIFY COLUMN `b` inet4, ALGORITHM=COPY, LOCK=SHARED",
)
FOUND = history(
    a=revision("a000", SEED), b=revision("b000", "\n".join(f"op.execute({s!r})" for s in STEPS), down="a000")
)


@pytest.mark.parametrize(
    "spread", [pytest.param("few", marks=pytest.mark.few), pytest.param("all", marks=pytest.mark.faults)]
)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_applier_killed_while_addresses_are_texts(maria: Maria, mode: Mode, spread: str, tell: Tell) -> None:
    def seeded() -> Place:
        place = Place("mysql", maria.database())
        place.apply(FOUND, to="a000")
        return place

    place = seeded()
    said = said_by(place, FOUND)
    every = edges(said)
    chosen = points(spread, every, 3)
    for point in chosen:
        place = seeded()
        assert killed_at(place, FOUND, point, mode) == (KILLED if point <= len(said) else FINISHED)
        carried_on(place, FOUND)
        rows = place.rows("SELECT CAST(a AS CHAR), CAST(b AS CHAR) FROM t")
        assert rows == [("::ffff:1.2.3.4", "4.3.2.1")], f"killed {mode} call {point}"
        place.close()
    tell(place, "SIGKILL of the applier while inet4 becomes inet6", len(chosen), len(every), end="each address once")
