"""Input that means harm: names, expressions, messages, files and URLs that somebody with push access may write."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.cli.console import Console
from reconciler.config import secrets
from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_of_url
from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError
from tests.maria import Maria
from tests.unit.control.test_story import Project

pytestmark = pytest.mark.attacks

Note = Callable[[str], None]
Begin = Callable[[str], Project]
DIALECTS = ("sqlite", "postgresql", "mysql")


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """What the line of an attack says of it."""
    return lambda text: request.node.user_properties.append(("refused", ascii(" ".join(text.split())[:160])[1:-1]))


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Begin:
    """A project of a dialect, with two empty databases; dev has a table `victim` with a row."""

    def begun(dialect: str) -> Project:
        (tmp_path / "project").mkdir()
        monkeypatch.chdir(tmp_path / "project")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        if dialect == "sqlite":
            urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("dev", "prod")}
        else:
            server = request.getfixturevalue("pg_default" if dialect == "postgresql" else "maria")
            urls = {name: server.database() for name in ("dev", "prod")}
        project = Project(tmp_path / "project", urls, dialect)
        project.write("victim.yaml", table("victim", "a"))
        project.run("plan", "--write")
        project.commit("victim")
        project.run("apply", "--env", "dev")
        project.sql("dev", "INSERT INTO victim VALUES (1, 2)")
        return project

    return begun


def table(name: str, column: str, more: str = "") -> str:
    spec = f"columns: {{id: integer, {json.dumps(column)}: integer}}\n  primaryKey: [id]{more}"
    return f"apiVersion: reconcile/v1\nkind: Table\nmetadata: {{name: {json.dumps(name)}}}\nspec:\n  {spec}\n"


def tables(project: Project) -> set[str]:
    dialect = dialect_of_url(project.urls["dev"])
    with dialect.connect(project.urls["dev"]) as session:
        live = dialect.inspect(session, Scope())
    return {a.name for a in live if a.kind == "table"}


def tried(project: Project, *args: str) -> tuple[int, str]:
    """The exit status of a command, and all that it said."""
    out = io.StringIO()
    code = main(args, Console(out, out))
    assert "Traceback" not in out.getvalue() and "a fault of reconcile" not in out.getvalue()
    return code, out.getvalue()


def require_victim(project: Project) -> None:
    assert project.sql("dev", "SELECT * FROM victim") == [(1, 2)]
    assert not list(project.folder.parent.rglob("pwned"))


NAMES = {
    "quotes": "a'b\"c`d",
    "the end of a statement": 'x"; DROP TABLE victim; --',
    "the end of a statement in backticks": "x`; DROP TABLE victim; --",
    "a comment": "x/*y*/ -- z #",
    "backslashes": "a\\' \\\" \\n",
    "a line": "a\nDROP TABLE victim;\nb",
    "percent": "100%s %(x)s %%",
    "a bound parameter": ":x :1 $1 ?",
    "braces": "{x} ${HOME} {{y}}",
    "dollars": "$$ $a$ x",
    "python": "'''\"\"\" + open('pwned', 'w') + '",
    "right to left": "user\u202egnp.exe",
    "zero width": "ad\u200bmin",
    "a terminal": "a\x1b[2Jb\x07",
    "markup": "<script>alert(1)</script>|`x`",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_of(begin: Begin, note: Note, dialect: str, name: str) -> None:
    """Written as an escape it is refused where the database has no such names; else it is a name, and nothing else."""
    project = begin(dialect)
    more = f"\n  indexes: {{{json.dumps(f'i {name}')}: {{columns: [id]}}}}"
    project.write("t.yaml", table(name, f"c {name}", more))
    code, said = tried(project, "plan", "--write")
    if code == 0:
        project.commit(name)
        project.run("apply", "--env", "dev")
        assert tables(project) == {"victim", name}
        project.run("verify", "--full")
        assert project.conditions("dev") == ["Synced"]
        note("a name and nothing else")
    else:
        assert code == 1 and tables(project) == {"victim"}
        note(said)
    require_victim(project)


@pytest.mark.parametrize("written", ["a\u202eb", "a\u200bb", "a\x1b[2Jb", "a\0b", '"a\\0b"'], ids=ascii)
def test_a_name_that_hides_what_it_is(begin: Begin, note: Note, written: str) -> None:
    """Characters that nobody sees are taken only as an escape that a reviewer sees; NUL never."""
    project = begin("sqlite")
    project.write("t.yaml", table("t", "x").replace('"t"', written))
    code, said = tried(project, "plan", "--write")
    assert code == 1 and "manifests/t.yaml:3" in said
    assert not any(c in said for c in "\u202e\u200b\x1b\0")
    note(said)
    require_victim(project)


PAYLOADS = (
    "1; DROP TABLE victim; --",
    "1); DROP TABLE victim; --",
    "1); DELETE FROM victim; SELECT (1",
    "1)); UPDATE victim SET a = 3; CREATE TABLE pwned (id integer); --",
    "1 /* ",
    "'",
    "1 -- ",
    "$$",
    "\\",
)
PLACES = {
    "default": "  columns: {{id: integer, c: {{type: integer, default: {0}}}}}\n",
    "generated": "  columns: {{id: integer, c: {{type: integer, generated: {0}}}}}\n",
    "check": "  columns: {{id: integer}}\n  checks: {{c: {0}}}\n",
    "predicate": "  columns: {{id: integer}}\n  indexes: {{i: {{columns: [id], where: {0}}}}}\n",
    "key": "  columns: {{id: integer}}\n  indexes: {{i: {{columns: [{0}]}}}}\n",
    "type": "  columns: {{id: {0}}}\n",
    "collation": "  columns: {{id: {{type: varchar(9), collation: {0}}}}}\n",
    "comment": "  comment: {0}\n  columns: {{id: integer}}\n",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("place", [*PLACES, "view"])
def test_an_expression_that_ends_the_statement(begin: Begin, note: Note, dialect: str, place: str) -> None:
    project = begin(dialect)
    refused = 0
    for payload in PAYLOADS:
        form = PLACES[place].format(json.dumps(payload)) if place != "view" else (
            f"  definition: {json.dumps(f'SELECT {payload}')}\n"
        )  # fmt: skip
        kind = "View" if place == "view" else "Table"
        project.write("t.yaml", f"apiVersion: reconcile/v1\nkind: {kind}\nmetadata: {{name: t}}\nspec:\n{form}")
        code, said = tried(project, "plan", "--write")
        assert code in (0, 1), said
        refused += code
        if code == 0:  # it was taken for what it stands for: a comment, say
            project.commit("taken")
            project.run("apply", "--env", "dev")
        assert tables(project) <= {"victim", "t"}
        require_victim(project)
    note(f"{refused} of {len(PAYLOADS)} refused, the others are what they stand for")
    never_sent = (place, dialect) == ("predicate", "mysql")  # it has no partial indexes, and the plan says so
    assert place == "comment" or never_sent or refused >= 4


MESSAGES = (
    'x"""\nopen("pwned", "w")\n"""',
    "x\\",
    "../../../evil",
    "/etc/evil",
    "a\nrevision = 'b'",
    "'''\n%s{0}",
    "\u202eevil",
    "x" * 3000,
)


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_a_message_that_would_be_code_or_a_path(begin: Begin, note: Note, message: str) -> None:
    project = begin("sqlite")
    project.write("t.yaml", table("t", "x"))
    before = {*project.files()}
    code, said = tried(project, "plan", "--write", "-m", message)
    if code == 0:
        (new,) = {*project.files()} - before
        assert Path(new).parent == Path("migrations/versions") and len(Path(new).name) < 100
        body = ast.parse((project.folder / new).read_text()).body
        assert not any(isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) for s in body)
        names = [ast.unparse(s).split()[0].rstrip(":") for s in body if isinstance(s, ast.Assign | ast.AnnAssign)]
        assert names.count("revision") == 1
        project.commit("x")
        project.run("apply", "--env", "dev")
        note(f"a text in {Path(new).name}")
    else:
        note(said)
    require_victim(project)


IDS = ("../../evil", "/etc/evil", "a'; DROP TABLE victim; --", "a\nb", "", "a\u202eb", "${HOME}", 'a"b')


@pytest.mark.parametrize("own", IDS, ids=range(len(IDS)))
def test_a_revision_id_that_would_be_a_path_or_sql(begin: Begin, note: Note, own: str) -> None:
    project = begin("sqlite")
    (first,) = [r["id"] for r in project.json("history")]
    (project.folder / "migrations/versions/hand.py").write_text(
        f"revision = {own!r}\ndown_revision = {first!r}\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
    project.commit("by hand")
    for command in (["verify", "--update"], ["plan", "--write"], ["apply", "--env", "dev"], ["status"], ["history"]):
        code, said = tried(project, *command)
        assert code == 1 and "migrations/versions/hand.py:1: not a revision id" in said and "\u202e" not in said
    note(said)
    assert {p.name for p in project.folder.parent.iterdir()} <= {"project", "cache", "dev.db", "prod.db"}
    require_victim(project)


BOMBS = {
    "aliases": "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*{f'b{i - 1}' if i else 'a'}, *a]\n" for i in range(40)),
    "merged keys": "a0: &a0 {k: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 30)),
    "depth": "a: " + "[" * 100_000 + "]" * 100_000 + "\n",
    "length": "a: " + "x" * 30_000_000,
    "keys": "".join(f"k{i}: 1\n" for i in range(400_000)),
    "documents": "---\na: 1\n" * 200_000,
    "a number": "a: " + "9" * 1_000_000,
    "a tag": "a: !!python/object/apply:os.system ['touch pwned']\n",
}


@pytest.mark.parametrize("place", ["manifests/bomb.yaml", "reconcile.yaml"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_of(begin: Begin, note: Note, place: str, bomb: str) -> None:
    project = begin("sqlite")
    (project.folder / place).write_text(bomb)
    begun = time.process_time()
    code, said = tried(project, "plan")
    took = time.process_time() - begun
    assert code == 1 and len(said) < 100_000, said[:500]
    assert took < 10, said[:500]
    note(f"{took:.1f} s: {said}")
    (project.folder / place).unlink()


LOCKS = ("[" * 200_000, '{"a":' * 100_000, "x" * 10_000_000, "\0" * 1000, '{"format": 1e999}', '{"kind": "column"}')


@pytest.mark.parametrize("bomb", LOCKS, ids=range(len(LOCKS)))
def test_a_lockfile_that_is_a_bomb(begin: Begin, note: Note, bomb: str) -> None:
    project = begin("sqlite")
    lock = project.folder / "migrations/schema.lock"
    lines = lock.read_text().splitlines(keepends=True)
    for text in (bomb, "".join([*lines[:1], bomb + "\n", *lines[1:]])):
        lock.write_text(text)
        begun = time.process_time()
        code, said = tried(project, "plan")
        assert code in (1, 3) and len(said) < 100_000, said[:500]
        assert time.process_time() - begun < 10
    note(said)
    require_victim(project)


def test_links_and_paths_that_lead_out_of_the_project(begin: Begin, note: Note) -> None:
    project = begin("sqlite")
    outside = project.folder.parent / "outside"
    outside.mkdir()
    (outside / "t.yaml").write_text(table("stolen", "x"))
    (outside / "url").write_text(f"sqlite:///{outside}/other.db\n")
    (project.folder / "manifests/link.yaml").symlink_to(outside / "t.yaml")
    (project.folder / "manifests/folder").symlink_to(outside)
    assert "Nothing to plan" in project.run("plan")
    project.sql("dev", "CREATE TABLE stolen (id integer PRIMARY KEY, x integer, y integer)")
    tried(project, "drift", "--env", "dev", "--adopt", "--unmanaged")
    assert (outside / "t.yaml").read_text() == table("stolen", "x") and len(list(outside.iterdir())) == 2
    file = project.folder / "reconcile.yaml"
    whole = file.read_text()
    dialect, dev = "  dialect: sqlite\n", "    dev: "
    for old, new in (
        (dialect, f"{dialect}  desired: ../outside\n"),
        (dialect, f"{dialect}  desired: {outside}\n"),
        (dialect, f"{dialect}  desired: manifests/folder\n"),
        (dialect, f"{dialect}  migrations: manifests/folder/x\n"),
        (dev, f"    x: {{url: {{file: ../outside/url}}}}\n{dev}"),
        (dev, f"    x: {{url: {{file: manifests/folder/url}}}}\n{dev}"),
    ):
        file.write_text(whole.replace(old, new))
        code, said = tried(project, "plan")
        assert code in (1, 3) and ("leaves the project" in said or "is absolute" in said), said
    note(said)
    assert len(list(outside.iterdir())) == 2


EVIL = "x\u202e\x1b[31m\x07\u200b<script>|`![a](http://e)</details>\u2028@all"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_text_that_would_steer_a_screen_or_a_page(begin: Begin, note: Note, dialect: str) -> None:
    project = begin(dialect)
    project.write("t.yaml", table(EVIL[:20], EVIL[:30], f"\n  comment: {json.dumps(EVIL)}"))
    page = project.folder.parent / "plan.md"
    said = [project.run("plan", "--markdown", str(page), expect=2)]
    said += [project.run("plan", "--write", "-m", EVIL), project.run("history")]
    project.commit(EVIL)
    q = "`" if dialect == "mysql" else '"'
    schema = "public." if dialect == "postgresql" else ""
    commands: list[tuple[str, ...]] = [
        ("apply", "--env", "dev"), ("status",), ("history", "--env", "dev"), ("audit", "--env", "dev"),
        ("diff", "env:dev", "env:prod"), ("blame", f'table:{schema}"{EVIL[:20]}"'), ("verify", "--full"),
    ]  # fmt: skip
    said += [tried(project, *c)[1] for c in commands]
    project.sql("dev", f"DROP TABLE {q}{EVIL[:20].replace(q, q * 2)}{q}")
    more = (("status",), ("drift", "--env", "dev"), ("drift", "--env", "dev", "--revert"))
    said += [tried(project, *c)[1] for c in more]
    text = page.read_text()
    for output in (*said, text):
        assert not any(c in output for c in "\u202e\x1b\x07\u200b\u2028"), ascii(output)
    outside = re.sub(r"^(`{3,})sql$.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert outside != text
    assert "<script>" not in outside and "](http" not in outside and "@all" not in outside
    note(f"{len(said)} commands and a page: shown, and steers nothing")


CANARY = "kanarienvogel-77-q"


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Whatever is in the files below a folder, and in git's, unpacked."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    yield "git", subprocess.run(command, cwd=folder / "project", capture_output=True, check=True).stdout


SOURCES = ("env", "file", "command", "part")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_a_secret_is_in_nothing_that_is_written(
    begin: Begin, note: Note, dialect: str, source: str, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    secrets.forget()
    project = begin(dialect)
    plain = project.urls["dev"]
    url = with_secret(plain, request.getfixturevalue("maria") if dialect == "mysql" else None)
    hidden = tmp_path_factory.mktemp("hidden") / "url"
    hidden.write_text(url + "\n")
    written = {
        "env": "{env: THE_URL}", "file": f"{{file: {hidden}}}", "command": f"{{command: [cat, {hidden}]}}",
        "part": '"' + url.replace(CANARY, "${THE_PASSWORD}") + '"',
    }[source]  # fmt: skip
    for name, value in {"THE_URL": url, "THE_PASSWORD": CANARY, "RECONCILE_COMMANDS": "1"}.items():
        monkeypatch.setenv(name, value)
    file = project.folder / "reconcile.yaml"
    file.write_text(file.read_text().replace(f'"{plain}"', written))
    project.write("more.yaml", table("more", "a"))
    said = [tried(project, *c.split())[1] for c in (
        "validate", "plan", "plan --write", "apply --env dev", "status", "status --json", "history --env dev",
        "audit --env dev --json", "diff env:dev manifests", "import env:dev --to copied", "verify --full",
        "suspend --env dev --reason x", "apply --env dev", "resume --env dev", "run --once",
    )]  # fmt: skip
    assert "more" in said[1] and any("is at" in text for text in said)
    project.commit("all")
    project.sql("dev", "ALTER TABLE victim ADD COLUMN by_hand integer")
    bad = (url.replace("test_", "no_such_"), url.replace("?", "?connect_timeout=1&").replace("test_", "x_"))
    said += [tried(project, *c)[1] for c in (
        ("drift", "--env", "dev"), ("drift", "--env", "dev", "--json"), ("plan", "--branch", "b", "--json"),
        ("diff", url, "manifests", "--json"), ("import", url, "--to", "again"), ("push", url, "--yes"),
        *(("import", b, "--to", "again") for b in bad), ("push", "env:dev", "--from", bad[0], "--yes"),
    )]  # fmt: skip
    assert [text for text in said if CANARY in text] == []
    assert [name for name, data in everything_in(project.folder.parent) if CANARY.encode() in data] == []
    for environment in project.urls:
        dialect_ = dialect_of_url(plain)
        with dialect_.connect(project.urls[environment]) as session:
            kept = [o for t in ("ledger", "journal", "recorded") for o in _rows(session, dialect_.ledger(t))]
            assert CANARY not in str(kept) and (kept or environment == "prod")
    note(f"{len(said)} commands: nothing of it in what they say, write, commit, cache or put into the ledger")


def with_secret(plain: str, server: Maria | None) -> str:
    """The URL with a password that is one, and with it in the query where the server lets it."""
    scheme, rest = plain.split("://", 1)
    place = rest.split("@", 1)[-1]
    if server is not None:
        user = f"reconcile_{os.getpid()}"
        server.admin.execute(f"CREATE OR REPLACE USER {user} IDENTIFIED BY '{CANARY}'")
        server.admin.execute(f"GRANT ALL ON *.* TO {user}")
        return f"{scheme}://{user}:{CANARY}@{place}"
    user = rest.split("@", 1)[0].split(":")[0] if "@" in rest else "postgres"
    return f"{scheme}://{user}:{CANARY}@{place}{'&' if '?' in place else '?'}sslpassword={CANARY}"


def _rows(session: Session, table: str) -> list[object]:
    try:
        return list(session.rows(f"SELECT * FROM {table}"))
    except DatabaseError:
        return []  # an environment that nothing was applied to has none
