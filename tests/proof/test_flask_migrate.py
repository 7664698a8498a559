"""Projects that were there before us: Flask-Migrate as its tutorial makes one, and plain Alembic.

Adopted as they are; a model is changed; `plan --write` emits a revision that their own tool applies where this package
cannot be imported; `status` then says Synced.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.dialects.registry import dialect_of_url
from tests.proof.project import Project
from tests.servers import Postgres

WITHOUT_US = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "reconciler":
            raise ImportError("reconciler is not installed here")
sys.meta_path.insert(0, Absent())
sys.path[:] = ["."] + [p for p in sys.path if p not in ("", ".")]
from {module} import main
sys.argv = [{program!r}] + sys.argv[1:]
sys.exit(main())
"""
"""An interpreter in which our package is not to be found, running somebody else's program."""

APP = """
import os
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["APP_DATABASE"]
db = SQLAlchemy(app)
migrate = Migrate(app, db)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(128))
    role_id = db.Column(db.Integer, db.ForeignKey("role.id"))


class Role(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(64), unique=True, nullable=False)
    users = db.relationship("User", backref="role")
"""
MODELS = """
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Role(Base):
    __tablename__ = "role"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(64), unique=True)


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(128))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("role.id"))
"""
FLASK_CHANGES = (
    ("name = db.Column(db.String(128))", 'name = db.Column(db.String(200), nullable=False, server_default="")'),
    ('db.ForeignKey("role.id"))', 'db.ForeignKey("role.id", ondelete="SET NULL"), index=True)'),
    ("title = db.Column(", "since = db.Column(db.DateTime, server_default=db.func.now())\n    title = db.Column("),
)
ALEMBIC_CHANGES = (
    ('name: Mapped[str | None] = mapped_column(String(128))',
     'name: Mapped[str] = mapped_column(String(200), server_default="")'),
    ('ForeignKey("role.id"))', 'ForeignKey("role.id", ondelete="SET NULL"), index=True)'),
)  # fmt: skip


class Place:
    """A project of somebody else's making, and the database that it is for."""

    def __init__(self, project: Project, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project, self.url = project, url
        self.driver_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        monkeypatch.setenv("APP_DATABASE", self.driver_url)
        monkeypatch.delenv("PYTHONPATH", raising=False)
        monkeypatch.delenv("FLASK_APP", raising=False)

    def without_us(self, module: str, *args: str) -> str:
        """What a program prints in an interpreter that has it and does not have us."""
        text = WITHOUT_US.format(module=module, program=module.partition(".")[0])
        done = subprocess.run([sys.executable, "-P", "-c", text, *args], cwd=self.project.folder, env={**os.environ},
                              capture_output=True, text=True, timeout=120)  # fmt: skip
        assert done.returncode == 0, f"{module} {args}: {done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def flask(self, *args: str) -> str:
        return self.without_us("flask.cli", "--app", "app.py", *args)

    def alembic(self, *args: str) -> str:
        return self.without_us("alembic.config", *args)

    def edit(self, path: str, *changes: tuple[str, str]) -> None:
        text = (self.project.folder / path).read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.project.write(path, text)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with dialect_of_url(self.url).connect(self.url) as session:
            return session.rows(sql)


Begin = Callable[[str], Place]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Begin]:
    def begun(url: str) -> Place:
        (tmp_path / "project").mkdir()
        return Place(Project(tmp_path / "project", monkeypatch, capsys), url, monkeypatch)

    yield begun


def test_our_package_cannot_be_imported_where_revisions_are_applied(begin: Begin, sqlite_url: str) -> None:
    place = begin(sqlite_url)
    place.project.write("probe.py", "def main():\n    import reconciler\n")
    with pytest.raises(AssertionError, match="reconciler is not installed here"):
        place.without_us("probe")


def tutorial(place: Place) -> None:
    """`flask db init`, `migrate`, `upgrade`, with a row in each table."""
    place.project.write("app.py", APP)
    place.flask("db", "init")
    place.flask("db", "migrate", "-m", "Initial migration.")
    place.flask("db", "upgrade")
    place.rows("INSERT INTO role (id, title) VALUES (1, 'editor') RETURNING id")
    place.rows("INSERT INTO \"user\" (id, name, role_id) VALUES (1, 'ann', 1), (2, 'bob', 1) RETURNING id")


def alembic_project(place: Place) -> None:
    """`alembic init`, the models in env.py, a first revision."""
    place.project.write("models.py", MODELS)
    place.alembic("init", "migrations")
    ini = place.project.folder / "alembic.ini"
    ini.write_text(re.sub(r"(?m)^sqlalchemy\.url = .*$", f"sqlalchemy.url = {place.driver_url}", ini.read_text()))
    place.edit(
        "migrations/env.py", ("target_metadata = None", "from models import Base\ntarget_metadata = Base.metadata")
    )
    place.alembic("revision", "--autogenerate", "-m", "first")
    place.alembic("upgrade", "head")
    place.rows("INSERT INTO role (id, title) VALUES (1, 'editor') RETURNING id")
    place.rows("INSERT INTO \"user\" (id, name, role_id) VALUES (1, 'ann', 1), (2, 'bob', 1) RETURNING id")


def adopted(place: Place) -> None:
    """Taken over as it is: nothing to plan, and the database is what git says."""
    place.project.must("init", "--adopt", "--url", place.url)
    place.project.must("plan")
    assert "Synced" in place.project.conditions()
    place.project.write(".gitignore", "__pycache__/\ninstance/\n")
    place.project.git("add", "-A")
    place.project.git("commit", "-q", "-m", "reconcile takes over")


def comes_to_be_synced(place: Place, upgrade: Callable[[], str]) -> None:
    """The changed models become a revision that the project's own tool applies without us."""
    place.project.must("plan", status=2)
    said = place.project.must("plan", "--write")
    revision = (place.project.folder / next(f for f in said["files"] if f.endswith(".py"))).read_text()
    assert "reconciler" not in revision
    place.project.must("verify")
    assert place.project.conditions() == ["Pending"]
    upgrade()
    assert "Synced" in place.project.conditions()
    place.project.must("status")
    place.project.must("plan")
    assert place.rows('SELECT id, name, role_id FROM "user" ORDER BY id') == [(1, "ann", 1), (2, "bob", 1)]


def flask_story(place: Place) -> None:
    tutorial(place)
    adopted(place)
    place.edit("app.py", *FLASK_CHANGES)
    comes_to_be_synced(place, lambda: place.flask("db", "upgrade"))
    assert "No changes in schema detected" in place.flask("db", "migrate", "-m", "nothing")


def alembic_story(place: Place) -> None:
    alembic_project(place)
    adopted(place)
    place.edit("models.py", *ALEMBIC_CHANGES)
    comes_to_be_synced(place, lambda: place.alembic("upgrade", "head"))
    place.alembic("downgrade", "-1")
    assert place.project.conditions() == ["Pending"]
    place.alembic("upgrade", "head")
    assert "Synced" in place.project.conditions()


def test_a_flask_migrate_project_on_sqlite(begin: Begin, tmp_path: Path) -> None:
    flask_story(begin(f"sqlite:///{tmp_path}/app.db"))


def test_a_project_without_a_commit_is_told_how_it_stands(begin: Begin, sqlite_url: str) -> None:
    place = begin(sqlite_url)
    place.project.write("models.py", MODELS)
    place.project.config("sqlite", "models:models:Base", sqlite_url)
    place.project.must("plan", "--write")
    place.project.must("apply", "--env", "dev")
    (place.project.folder / "migrations" / "schema.lock").unlink()
    assert "Unreachable" not in place.project.conditions()


@pytest.mark.proof
def test_a_flask_migrate_project_on_postgresql(begin: Begin, pg: Postgres) -> None:
    flask_story(begin(pg.database()))


@pytest.mark.proof
def test_an_alembic_project_on_sqlite(begin: Begin, tmp_path: Path) -> None:
    alembic_story(begin(f"sqlite:///{tmp_path}/app.db"))


@pytest.mark.proof
def test_an_alembic_project_on_postgresql(begin: Begin, pg: Postgres) -> None:
    alembic_story(begin(pg.database()))
