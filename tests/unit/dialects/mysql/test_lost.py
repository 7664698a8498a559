"""What a plan says is lost with a change of one table."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reconciler.control.compare import compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Rendering, Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.errors import DatabaseError
from reconciler.model.address import Address
from reconciler.model.tables import Table
from reconciler.prove.proof import DATA_CODES
from tests.maria import Maria

_ENDS = "rs timestamp(6) GENERATED ALWAYS AS ROW START{0}, re timestamp(6) GENERATED ALWAYS AS ROW END{0}"
_KEPT = f"a int, {_ENDS}, PERIOD FOR SYSTEM_TIME (rs, re)"


def lost(maria: Maria, before: str, after: str) -> str:
    sides = []
    for text in (before, after):
        with maria.session() as session:
            session.execute(text)
            sides.append(Side(label="", catalog=DIALECT.inspect(session, Scope())))
    plan = compare(*sides, DIALECT).plan
    context = Rendering(profile=DIALECT.profile(maria.version), old=plan.renamed, new=plan.new)
    return "; ".join(DIALECT.impact(step, context).loses for step in plan.steps)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("CREATE TABLE t (a int)", "history of t"),
        (f"CREATE TABLE t ({_KEPT.format(' INVISIBLE')}) WITH SYSTEM VERSIONING", "history of t"),
        (f"CREATE TABLE t (b int, {_KEPT.format('')}) WITH SYSTEM VERSIONING", ""),
    ],
)
def test_a_history_that_goes_is_told_of(maria: Maria, after: str, said: str) -> None:
    found = lost(maria, f"CREATE TABLE t ({_KEPT.format('')}) WITH SYSTEM VERSIONING", after)
    assert (said in found) if said else not found, found


def test_a_duplicate_in_a_table_that_others_point_at_is_a_matter_of_its_rows(maria: Maria) -> None:
    """The server says there that it cannot delete rows of a parent (1834), and not that one is there twice."""
    with maria.session() as session:
        session.execute("CREATE TABLE p (id int PRIMARY KEY, n int)")
        session.execute("CREATE TABLE c (id int, FOREIGN KEY (id) REFERENCES p (id))")
        session.execute("INSERT INTO p VALUES (1, 1), (2, 1)")
        with pytest.raises(DatabaseError) as error:
            session.execute("ALTER TABLE p ADD UNIQUE KEY n (n), ALGORITHM=COPY")
    assert error.value.code == "1834" and error.value.code in DATA_CODES


def test_where_a_table_lies_is_left_as_it_is_and_told_of(maria: Maria) -> None:
    with TemporaryDirectory() as folder, maria.session() as session:
        Path(folder).chmod(0o777)  # the server may run as another user
        session.execute(f"CREATE TABLE t (a int COMMENT 'x DATA DIRECTORY=''y') DATA DIRECTORY='{folder}'")
        found = DIALECT.inspect(session, Scope())
        assert "DATA DIRECTORY" in str(session.rows("SHOW CREATE TABLE t")[0][1]).rpartition("ENGINE")[2]
        session.execute("DROP TABLE t")
    table = found[Address("table", "", "t")]
    assert isinstance(table, Table) and table.options == ()
    assert [n for n in found.notes if n.endswith("(DATA DIRECTORY): t")]
    with maria.session() as session:
        session.execute("CREATE TABLE t (a int COMMENT 'DATA DIRECTORY=') COMMENT='x DATA DIRECTORY=''/tmp'''")
        assert not DIALECT.inspect(session, Scope()).notes
