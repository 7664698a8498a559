"""Alembic folders as projects have them: where they lie, what env.py says of itself, and what is read of both."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import yaml

from reconciler.cli import main
from reconciler.cli.console import Console
from tests.maria import Maria
from tests.proof.project import Project

BASE = """from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()
"""
USERS = """from sqlalchemy import Column, Integer
from {base} import Base
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
"""
ENV = """from alembic import context
{imports}
target_metadata = {metadata}
context.configure(url="sqlite://", target_metadata=target_metadata{more})
"""
FIRST = """from alembic import op
import sqlalchemy as sa
revision = "aa01"
down_revision = None
{more}
def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))
def downgrade():
    op.drop_table("users")
"""


class Adopted:
    """A folder with an Alembic project in it, and `init --adopt` in that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)

    def write(self, path: str, text: str = "") -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def scripts(self, at: str, imports: str, metadata: str, more: str = "", revision: str = "") -> None:
        self.write(f"{at}/env.py", ENV.format(imports=imports, metadata=metadata, more=more))
        self.write(f"{at}/versions/aa01_first.py", FIRST.format(more=revision))

    def models(self, package: str = "shop") -> None:
        """A base in a module of its own, and the models in another."""
        self.write(f"{package}/__init__.py")
        self.write(f"{package}/base.py", BASE)
        self.write(f"{package}/models.py", USERS.format(base=f"{package}.base"))

    def init(self, *args: str, expect: int = 0) -> str:
        out = io.StringIO()
        code = main(["init", "--adopt", *args], Console(out, out))
        assert code == expect, out.getvalue()
        return out.getvalue()

    @property
    def spec(self) -> dict[str, object]:
        found: dict[str, object] = yaml.safe_load((self.folder / "reconcile.yaml").read_text())["spec"]
        return found

    def plan(self) -> int:
        out = io.StringIO()
        return main(["plan"], Console(out, out))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Adopted:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return Adopted(tmp_path)


@pytest.mark.parametrize(
    ("imports", "metadata", "desired"),
    [
        ("from shop import models", "models.Base.metadata", "models:shop.models:Base"),
        ("from shop import models as m", "m.Base.metadata", "models:shop.models:Base"),
        ("import shop.models", "shop.models.Base.metadata", "models:shop.models:Base"),
        ("import shop.models as m", "m.Base.metadata", "models:shop.models:Base"),
        ("from shop.models import Base", "Base.metadata", "models:shop.models:Base"),
        ("from shop.models import Base\nheld = Base.metadata", "held", "models:shop.models:Base"),
        ("from shop.models import Base", "[Base.metadata]", "models:shop.models:Base"),
        # the base alone has no tables: those come with what is imported beside it
        ("from shop import models\nfrom shop.base import Base", "Base.metadata", "models:shop.base:Base,shop.models"),
        ("import shop.models\nfrom shop import base", "base.Base.metadata", "models:shop.base:Base,shop.models"),
        ("from shop.models import *\nfrom shop import base", "base.Base.metadata", "models:shop.base:Base,shop.models"),
        # and what adds none is left out
        ("from shop import settings, models", "models.Base.metadata", "models:shop.models:Base"),
    ],
)
def test_models_are_found_by_what_env_py_imports(
    project: Adopted, imports: str, metadata: str, desired: str
) -> None:
    project.models()
    project.write("shop/settings.py")
    project.scripts("migrations", imports, metadata)
    project.init("--url", "sqlite:///dev.db")
    assert project.spec["desired"] == desired
    assert project.plan() == 0


def test_metadata_that_only_running_env_py_would_tell_is_asked_for(project: Adopted) -> None:
    project.models()
    project.scripts("migrations", "from shop.models import Base", "found(Base)")
    assert "--desired models:package.module:Base" in project.init("--url", "sqlite:///dev.db", expect=1)


@pytest.mark.parametrize(
    ("more", "table"),
    [
        (", version_table='shop_version'", "shop_version"),
        (", version_table=TABLE", "shop_version"),
        (", version_table_schema='shop'", "shop.alembic_version"),
        (", version_table='alembic_version'", None),
    ],
)
def test_the_version_table_is_the_one_that_env_py_says(project: Adopted, more: str, table: str | None) -> None:
    project.models()
    project.scripts("migrations", "from shop.models import Base\nTABLE = 'shop_version'", "Base.metadata", more)
    project.init("--url", "sqlite:///dev.db")
    assert project.spec.get("versionTable") == table


def test_a_version_table_of_another_name_is_no_part_of_the_schema(project: Adopted) -> None:
    project.models()
    project.scripts("migrations", "from shop.models import Base", "Base.metadata", ", version_table='shop_version'")
    project.init("--url", "sqlite:///dev.db")
    out = io.StringIO()
    for command in (["apply", "--env", "dev"], ["status"], ["drift", "--env", "dev"], ["plan"]):
        assert main(command, Console(out, out)) == 0, out.getvalue()
    assert "Synced" in out.getvalue() and "Unmanaged" not in out.getvalue()


@pytest.mark.parametrize(
    "said",
    [
        "[alembic]\nscript_location = %(here)s/shop/db\n",
        "[alembic]\nscript_location = shop/db\nversion_locations = %(here)s/shop/db/versions shop/db/more\n",
        "[alembic]\nscript_location = shop:db\n",
        "[alembic]\nscript_location = shop/db\nversion_path_separator = os\nversion_locations = shop/db/a:shop/db/b\n",
    ],
)
def test_the_folder_is_where_alembic_ini_says(project: Adopted, said: str) -> None:
    project.models()
    project.write("alembic.ini", said)
    project.scripts("shop/db", "from shop.models import Base", "Base.metadata")
    project.init("--url", "sqlite:///dev.db")
    assert project.spec["migrations"] == "shop/db/"


def test_the_folder_is_where_pyproject_toml_says(project: Adopted) -> None:
    project.models()
    project.write("pyproject.toml", '[tool.alembic]\nscript_location = "%(here)s/shop/db"\n')
    project.scripts("shop/db", "from shop.models import Base", "Base.metadata")
    project.init("--url", "sqlite:///dev.db")
    assert project.spec["migrations"] == "shop/db/"


@pytest.mark.parametrize(
    "ini", [*(f"[alembic]\nscript_location = {w}\n" for w in ("%(here)s", ".", "db")), "[loggers]\n"]
)
def test_an_alembic_ini_elsewhere_is_pointed_at_and_taken(project: Adopted, ini: str) -> None:
    project.models()
    project.write("shop/db/alembic.ini", ini)
    project.scripts("shop/db", "from shop.models import Base", "Base.metadata")
    said = project.init("--url", "sqlite:///dev.db", expect=1)
    assert "reconcile init --adopt --ini shop/db/alembic.ini" in said
    project.init("--url", "sqlite:///dev.db", "--ini", "shop/db/alembic.ini")
    assert project.spec["migrations"] == "shop/db/"
    assert project.plan() == 0


@pytest.mark.parametrize(
    ("ini", "said"),
    [
        ("[alembic]\nscript_location = {place}\n", "says script_location = {place}, and there is no env.py in that"),
        ("[alembic]\nscript_location = ../elsewhere\n", "is not in this project"),
        ("[alembic]\nscript_location = db\nversion_locations = db/versions more\n", "outside of the script location"),
    ],
)
def test_a_folder_that_cannot_be_taken_is_said_and_nothing_is_left(
    project: Adopted, ini: str, said: str, tmp_path: Path
) -> None:
    project.models()
    project.write("alembic.ini", ini)
    project.scripts("db", "from shop.models import Base", "Base.metadata")
    project.scripts("../elsewhere", "from shop.models import Base", "Base.metadata")
    expect = 1 if "{place}" in ini else 3
    assert said in project.init("--url", "sqlite:///dev.db", expect=expect)
    assert not (tmp_path / "reconcile.yaml").exists()


def test_a_history_with_several_heads_is_told_to_be_merged_before_anything_is_planned(project: Adopted) -> None:
    project.models()
    project.scripts("migrations", "from shop.models import Base", "Base.metadata")
    for branch in ("expand", "contract"):
        text = f'revision = "{branch}1"\ndown_revision = "aa01"\nbranch_labels = "{branch}"\ndef upgrade(): pass\n'
        project.write(f"migrations/versions/{branch}.py", text)
    assert "the history has 2 heads: alembic merge heads" in project.init("--url", "sqlite:///dev.db")


def test_a_revision_may_look_at_the_table_of_versions(project: Adopted) -> None:
    project.models()
    project.scripts("migrations", "from shop.models import Base", "Base.metadata")
    first = project.folder / "migrations/versions/aa01_first.py"
    looks = "sa.inspect(op.get_bind()).get_pk_constraint('alembic_version'); op.create_table("
    first.write_text(first.read_text().replace("op.create_table(", looks))
    project.init("--url", "sqlite:///dev.db")
    assert project.plan() == 0


def test_a_history_that_begins_on_tables_of_somebody_else_is_told_what_it_lacks(project: Adopted) -> None:
    project.models()
    project.scripts("migrations", "from shop.models import Base", "Base.metadata")
    first = project.folder / "migrations/versions/aa01_first.py"
    first.write_text(first.read_text().replace("op.create_table(", "op.execute('DELETE FROM older') #"))
    said = project.init("--url", "sqlite:///dev.db", expect=1)
    assert "no such table: older" in said and "add a revision that makes them" in said
    assert not (project.folder / "reconcile.yaml").exists()


def test_a_label_that_is_a_constant_of_another_module_is_no_hindrance(project: Adopted) -> None:
    project.models()
    project.write("shop/branches.py", 'EXPAND = "expand"\n')
    label = "from shop import branches\nbranch_labels = (branches.EXPAND,)"
    project.scripts("migrations", "from shop.models import Base", "Base.metadata", revision=label)
    project.init("--url", "sqlite:///dev.db")
    assert project.plan() == 0


def test_a_revision_has_the_modules_of_its_project_in_the_working_tree_and_none_of_it_in_a_commit(
    project: Adopted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `prepend_sys_path = .` does under Alembic; but what is checked out makes nothing else of what is merged."""
    project.models()
    project.scripts("migrations", "from shop.models import Base", "Base.metadata", revision="import shop.base as b")
    project.init("--url", "sqlite:///dev.db")
    assert project.plan() == 0
    out = io.StringIO()
    assert main(["verify"], Console(out, out)) == 0, out.getvalue()
    assert main(["apply", "--env", "dev"], Console(out, out)) == 0, out.getvalue()
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t"]
    config = project.folder / "reconcile.yaml"
    config.write_text(config.read_text().replace("dev.db", "other.db").replace("policy: none", "policy: merged"))
    for command in (["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    assert main(["apply", "--env", "dev"], Console(out, out)) == 3, out.getvalue()
    assert "No module named 'shop'" in out.getvalue() and "pip install -e ." in out.getvalue()


def test_a_revision_may_name_what_env_py_imports(project: Adopted) -> None:
    """`import shop` and `shop.types.name`: under Alembic the submodule is there, since env.py imports the models."""
    project.models()
    project.write("shop/types/__init__.py")
    project.write("shop/types/text.py", 'import sqlalchemy as sa\nName = sa.String(7)\n')
    models = USERS.format(base="shop.base").replace("Integer\n", "Integer, String\n")
    project.write("shop/models.py", f"{models}    name = Column(String(7))\n")
    project.scripts("migrations", "from shop.models import Base", "Base.metadata", revision="import shop")
    first = project.folder / "migrations/versions/aa01_first.py"
    named = 'primary_key=True), sa.Column("name", shop.types.text.Name))'
    first.write_text(first.read_text().replace("primary_key=True))", named))
    project.init("--url", "sqlite:///dev.db")
    assert project.plan() == 0


def test_a_long_history_is_told_in_a_few_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("sqlite", "manifests/", f"sqlite:///{tmp_path}/dev.db")
    project.write("manifests/.gitkeep", "")
    for n in range(1, 10):
        down = f'"r{n - 1}"' if n > 1 else "None"
        project.write(f"migrations/versions/r{n}.py", f'"""step {n}"""\nrevision = "r{n}"\ndown_revision = {down}\n')
    project.must("verify", "--update")
    _, said = project.run("status")
    pending = next(c for c in said[0]["conditions"] if c["type"] == "Pending")
    assert pending["message"] == "9 to apply: r1 step 1, r2 step 2, r3 step 3, r4 step 4, r5 step 5, and 4 more"
    assert len(pending["objects"]) == 9


def test_revisions_without_a_way_back_are_said_in_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever one leaves behind is there after all the others, too."""
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("sqlite", "manifests/", f"sqlite:///{tmp_path}/dev.db")
    project.write("manifests/.gitkeep", "")
    for n in range(1, 4):
        down = f'"r{n - 1}"' if n > 1 else "None"
        text = f'from alembic import op\nrevision = "r{n}"\ndown_revision = {down}\n'
        made = f"CREATE TABLE t{n} (a int primary key, b int, c int)"
        project.write(f"migrations/versions/r{n}.py", f'{text}def upgrade():\n    op.execute("{made}")\n')
    project.must("verify", "--update")
    for full in ([], ["--full"]):
        said = project.must("verify", *full)
        assert len(said["findings"]) == 3
        for n, finding in enumerate(said["findings"], 1):
            assert finding["level"] == "warning"
            assert "its downgrade does not come back: 5 objects differ" in finding["message"]
            assert f"t{n}.a: it is there and should not be" in finding["message"]
            assert finding["message"].endswith("; and 2 more")
    out = io.StringIO()
    assert main(["verify"], Console(out, out)) == 0
    assert "3 revisions proved: upgrade reaches the lockfile, " in out.getvalue()
    assert "downgrade returns" not in out.getvalue()


def test_an_empty_database_has_not_drifted(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No hand put into a database at no revision what every database has by itself."""
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", maria.database())
    project.write("manifests/.gitkeep", "")
    project.write("migrations/versions/r1.py", 'revision = "r1"\ndown_revision = None\n')
    project.must("verify", "--update")
    assert project.conditions() == ["Pending"]
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
