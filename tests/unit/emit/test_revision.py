"""The revision file: the same bytes for the same plan, safe whatever its message says, and read back by Alembic."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emit.revision import revision_file, sanitised, slug
from reconciler.plan.plan import Plan
from reconciler.sources.revisions import read_revision
from tests.proof.emit_world import World, sqlite_world

OLD = "create table legacy (a integer);\ncreate table users (id integer not null primary key, name varchar(20))"
NEW = "create table users (id integer not null primary key, name varchar(20), nickname text)"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return sqlite_world(tmp_path_factory.mktemp("revision"))


@pytest.fixture(scope="module")
def plans(world: World) -> tuple[Plan, Plan]:
    return world.plans(OLD, NEW)


def file(world: World, plans: tuple[Plan, Plan], **options: object):  # type: ignore[no-untyped-def]
    return revision_file(*plans, world.dialect, world.profile(plans[0].new), **{"after": (), **options})  # type: ignore[arg-type]


def test_it_says_what_it_does(world: World, plans: tuple[Plan, Plan]) -> None:
    found = file(world, plans, after=("abc",))
    assert found.message == "drop table legacy, add users.nickname"
    assert found.path == f"versions/{found.id}_drop_table_legacy_add_users_nickname.py"
    revision = read_revision(found.path, found.text)
    assert revision is not None and revision.generated
    assert (revision.id, revision.down, revision.message) == (found.id, ("abc",), found.message)


def test_it_says_what_it_destroys(world: World, plans: tuple[Plan, Plan]) -> None:
    text = file(world, plans).text.decode()
    assert "Destroys:\n- legacy:" in text
    assert "# This brings definitions back, not the data that upgrade() destroyed:\n    # - legacy" in text


def test_it_uses_alembics_operations(world: World, plans: tuple[Plan, Plan]) -> None:
    text = file(world, plans).text.decode()
    assert 'op.drop_table("legacy")' in text
    assert 'op.add_column("users", sa.Column("nickname", sa.Text(), nullable=True))' in text
    assert "op.execute" not in text
    assert "reconciler" not in text.split('"""', 2)[2]


def test_in_sql_it_uses_none(world: World, plans: tuple[Plan, Plan]) -> None:
    text = file(world, plans, style="sql").text.decode()
    assert "import sqlalchemy" not in text and text.count("op.execute") == 4


def test_the_same_plan_gives_the_same_bytes_in_any_process(
    world: World, plans: tuple[Plan, Plan], tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.unit.emit.test_revision import *\n"
        "w = sqlite_world(Path(sys.argv[1])); print(file(w, w.plans(OLD, NEW), after=('b', 'a')).text.decode())"
    )
    said = {file(world, plans, after=("b", "a")).text.decode() + "\n"}
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        command = [sys.executable, "-c", code, str(tmp_path / seed)]
        environment = {"PYTHONHASHSEED": seed, "PATH": ""}
        said.add(subprocess.check_output(command, text=True, cwd=Path(__file__).parents[3], env=environment))
    assert len(said) == 1


def test_the_id_is_of_base_target_and_phase(world: World, plans: tuple[Plan, Plan]) -> None:
    own = file(world, plans).id
    assert len(own) == 12
    assert own == file(world, plans, message="another", style="sql").id
    assert own != file(world, plans, after=("abc",)).id
    assert own != file(world, plans, phase="contract").id
    assert own != file(world, (plans[1], plans[0])).id


def test_an_edit_by_hand_is_seen(world: World, plans: tuple[Plan, Plan]) -> None:
    found = file(world, plans)
    edited = read_revision(found.path, found.text.replace(b"nickname", b"alias"))
    assert edited is not None and not edited.generated


def test_nothing_to_do_is_pass(world: World) -> None:
    text = file(world, world.plans(NEW, NEW)).text.decode()
    assert text.count("    pass\n") == 2


def test_a_merge_has_both_parents(world: World, plans: tuple[Plan, Plan]) -> None:
    revision = read_revision("a.py", file(world, plans, after=("abc1", "abc2")).text)
    assert revision is not None and revision.down == ("abc1", "abc2")


MESSAGES = st.text(st.one_of(st.sampled_from(list("\"'\\\n\t`#<>mark :\u202e\u2028\0")), st.characters()), max_size=80)


@given(message=MESSAGES)
def test_a_message_stays_a_message(world: World, plans: tuple[Plan, Plan], message: str) -> None:
    found = file(world, plans, message=message)
    tree = ast.parse(found.text)
    assert ast.get_docstring(tree).splitlines()[0] == found.message  # type: ignore[union-attr]
    revision = read_revision(found.path, found.text)
    assert revision is not None and revision.generated and revision.id == found.id
    assert found.message.isprintable()


@pytest.mark.parametrize(
    "message",
    ['"""\nimport os\n"""', "# <mark>", "# reconcile: generated 0000000000000000", "generated 0000000000000000"],
)
def test_a_message_that_mocks_the_file_does_nothing(world: World, plans: tuple[Plan, Plan], message: str) -> None:
    revision = read_revision("a.py", file(world, plans, message=message).text)
    assert revision is not None and revision.generated


@given(MESSAGES)
def test_a_slug_is_a_file_name(message: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,40}", slug(sanitised(message)))


REBUILT = NEW.replace("varchar(20)", "varchar(20) not null default 'a:b'")


@pytest.mark.parametrize("style", ["idiomatic", "sql"])
def test_a_formatter_and_a_linter_have_nothing_to_say(world: World, tmp_path: Path, style: str) -> None:
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("pip install ruff")
    place = tmp_path / "revision.py"
    place.write_bytes(file(world, world.plans(OLD, REBUILT), style=style).text)
    assert "PRAGMA" in place.read_text()
    width = ["--isolated", "--line-length", "120", str(place)]
    for command in (["format", "--diff"], ["check", "--select", "F,I,UP,B,E4,E7,W"]):
        done = subprocess.run([ruff, *command, *width], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
