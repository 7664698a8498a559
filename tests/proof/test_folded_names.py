"""A server that stores names of tables in lower case (`lower_case_table_names=1`), whatever manifests say."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.server import MariaServer
from tests.maria import HOW_TO_GET_ONE, Maria
from tests.proof.project import Project
from tests.servers import lacking

pytestmark = pytest.mark.proof

USERS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: Users}
spec:
  columns:
    Id: {type: int, nullable: false}
    Name: varchar(20)
  primaryKey: [Id]
"""
ORDERS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: orderLines}
spec:
  columns:
    Id: {type: int, nullable: false, default: nextval(`Numbers`)}
    userId: int
  primaryKey: [Id]
  foreignKeys: {FkUser: {columns: [userId], references: USERS.Id}}
---
apiVersion: reconcile/v1
kind: Trigger
metadata: {name: Trg, table: ORDERlines}
spec:
  definition: CREATE TRIGGER `Trg` BEFORE INSERT ON `orderLines` FOR EACH ROW DELETE FROM Users WHERE Id < 0
"""
MORE = """apiVersion: reconcile/v1
kind: Sequence
metadata: {name: Numbers}
spec: {}
---
apiVersion: reconcile/v1
kind: View
metadata: {name: UserNames}
spec:
  definition: SELECT U.Id, o.Id AS line FROM Users U JOIN orderLines o ON o.userId = U.Id
---
apiVersion: reconcile/v1
kind: Function
metadata: {name: CountUsers}
spec: {definition: 'CREATE FUNCTION `CountUsers`() RETURNS int RETURN (SELECT count(*) FROM Users)'}
"""


@pytest.fixture(scope="module")
def folding() -> Iterator[Maria]:
    programs = server_programs() or lacking(f"no MariaDB server: {HOW_TO_GET_ONE}")
    folder = Path(tempfile.mkdtemp(prefix="reconcile-folding-"))
    folder.chmod(0o755)
    settings = {"lower-case-table-names": "1"}
    own = MariaServer(folder / "server", programs, linger=2.0, disposable=True, settings=settings)
    with own.running():
        server = Maria(own.url())
        yield server
        server.close()
    own.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    made = Project(tmp_path, monkeypatch, capsys)
    made.write("m/users.yaml", USERS)
    made.write("m/orders.yaml", ORDERS)
    made.write("m/more.yaml", MORE)
    return made


def test_what_is_written_with_capitals_converges_and_keeps_rows(folding: Maria, project: Project) -> None:
    url = folding.database()
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    with folding.session(url) as session:
        assert session.version[3] == 1
        session.execute("INSERT INTO Users VALUES (1, 'kept')")
        session.execute("INSERT INTO ORDERLINES (userId) VALUES (1)")
    project.write("m/users.yaml", USERS.replace("varchar(20)", "varchar(30)\n    more: int"))
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    with folding.session(url) as session:
        assert session.rows("SELECT * FROM users") == [(1, "kept", None)]
        assert session.rows("SELECT * FROM usernames") == [(1, 1)]
    project.must("import", url, "--to", "read")
    project.must("diff", url, "read")
    assert (project.folder / "read/tables/users.yaml").exists()


def test_a_table_is_renamed_with_all_that_is_about_it(folding: Maria, project: Project) -> None:
    url = folding.database()
    project.must("push", url, "--from", "m", "--yes")
    with folding.session(url) as session:
        session.execute("INSERT INTO users VALUES (1, 'kept')")
    renamed = USERS.replace("name: Users", "name: People, renamedFrom: USERS")
    project.write("m/users.yaml", renamed)
    project.write("m/orders.yaml", ORDERS.replace("USERS", "PEOPLE").replace("Users", "People"))
    project.write("m/more.yaml", MORE.replace("FROM Users", "FROM People"))
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    with folding.session(url) as session:
        assert session.rows("SELECT * FROM people") == [(1, "kept")]
    again = renamed.replace("People", "people").replace("USERS", "PEOPLE")  # the name that the server has for it anyway
    project.write("m/users.yaml", again)
    project.must("diff", url, "m")


def test_two_tables_that_differ_by_case_are_refused_where_they_stand(folding: Maria, project: Project) -> None:
    url = folding.database()
    project.write("m/z.yaml", USERS.replace("Users", "uSers"))
    said = project.must("diff", url, "m", status=1)
    (finding,) = said["error"]["findings"]
    assert finding["rule"] == "duplicate-name" and finding["span"]["file"].endswith("m/z.yaml"), finding
    assert finding["span"]["line"] == 3 and "m/users.yaml:3" in finding["why"]


def test_a_table_that_the_project_leaves_alone_is_found_under_its_stored_name(folding: Maria, project: Project) -> None:
    url = folding.database()
    with folding.session(url) as session:
        session.execute("CREATE TABLE LegacyThings (id int)")
    project.config("mysql", "m/", url, ["unmanaged: [{kind: table, name: LegacyThings}]"])
    project.must("push", "env:dev", "--from", "m", "--yes")
    project.must("diff", "env:dev", "m")
    with folding.session(url) as session:
        assert session.rows("SELECT * FROM legacythings") == []


def test_a_project_plans_applies_and_proves_on_a_server_that_folds_as_well(folding: Maria, project: Project) -> None:
    url = folding.database()
    project.config("mysql", "m/", url)
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
    project.must("plan")
    project.must("drift", "--env", "dev")
    project.must("verify", "--full")
    project.write("m/users.yaml", USERS.replace("    Name: varchar(20)", "    NAME: varchar(20)\n    more: int"))
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
    with folding.session(url) as session:
        session.execute("ALTER TABLE users ADD COLUMN drifted int")
    assert project.conditions() == ["Drifted"]
