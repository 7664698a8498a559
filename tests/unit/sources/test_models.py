"""Models and applications read in a child process, whatever they do there."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from reconciler.dialects.registry import dialect_named
from reconciler.errors import ReconcileError
from reconciler.model.address import Address
from reconciler.sources.context import SourceContext
from reconciler.sources.metadata import TIMEOUT_VARIABLE
from reconciler.sources.registry import load
from reconciler.sources.written import Unit, Written

HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
"""


@pytest.fixture
def read(tmp_path: Path) -> object:
    """What a package `shop` with these modules says, for a dialect."""

    def reader(source: str, target: str = "models:shop.models:Base", dialect: str = "postgresql") -> Written:
        package = tmp_path / "shop"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        (package / "models.py").write_text(HEAD + textwrap.dedent(source))
        found = load(target, SourceContext(dialect=dialect_named(dialect), cwd=tmp_path))
        assert isinstance(found, Written)
        assert not list(tmp_path.rglob("__pycache__"))
        return found

    return reader


BASE = "class Base(DeclarativeBase): pass\n"
USER = """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def units(written: Written) -> dict[str, Unit]:
    return {str(u.address): u for u in written.units}


def test_a_table_is_sqlalchemy_s_own_statements(read) -> None:  # type: ignore[no-untyped-def]
    found = read(
        BASE
        + """
class Team(Base):
    __tablename__ = "Team"
    __table_args__ = {"schema": "public", "comment": "100% teams"}
    id = mapped_column(Integer, primary_key=True)
    lead_id = mapped_column(ForeignKey("users.id"))
    mood = mapped_column(Enum("sad", "ok", name="mood"), server_default="5%")
class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email like '%@%'", name="ck"), {"info": {"renamed_from": "people"}})
    id = mapped_column(Integer, primary_key=True)
    email = mapped_column(String(320), index=True, info={"renamed_from": "mail"})
    team_id = mapped_column(ForeignKey("public.Team.id", ondelete="CASCADE"))
    mood = mapped_column(Enum("sad", "ok", name="mood"))
class Elsewhere(Base):
    __tablename__ = "t"
    __table_args__ = {"schema": "app"}
    id = mapped_column(Integer, primary_key=True)
event.listen(User.__table__, "after_create", DDL("SELECT 1 /* %(table)s */").execute_if(dialect="postgresql"))
event.listen(User.__table__, "after_create", DDL("SELECT 2").execute_if(dialect="sqlite"))
event.listen(Base.metadata, "before_create", DDL("CREATE EXTENSION citext"))
"""
    )
    assert not found.findings
    by = units(found)
    assert set(by) == {
        "enum:public.mood", "schema:app", "statements:before_create",
        'table:public."Team"', "table:app.t", "table:public.users",
    }  # fmt: skip
    users = by["table:public.users"]
    assert "CHECK (email like '%@%')" in users.statements[0] and "FOREIGN KEY" not in users.statements[0]
    assert users.statements[1:] == ("CREATE INDEX ix_users_email ON users (email)", "SELECT 1 /* users */")
    assert len(users.late) == 1 and "ON DELETE CASCADE" in users.late[0]
    assert Address("table", "public", "Team") in users.needs and "mood" in users.words
    assert users.span(users.address).file == "shop/models.py" and users.span(users.address).line > 1
    assert "DEFAULT '5%'" in by['table:public."Team"'].statements[0]
    assert found.names == {
        Address("table", "public", "users"): "people",
        Address("column", "public", "email", "users"): "mail",
    }
    assert found.complete == {"table"}


def test_reading_twice_says_the_same(read) -> None:  # type: ignore[no-untyped-def]
    source = BASE + USER + "    a = mapped_column(Integer, index=True)\n    b = mapped_column(Integer, index=True)\n"
    assert [u.digest for u in read(source).units] == [u.digest for u in read(source).units]


def test_a_metadata_a_list_of_them_and_several_addresses(read) -> None:  # type: ignore[no-untyped-def]
    source = """
one, two = MetaData(), MetaData()
Table("a", one, Column("id", Integer))
Table("b", two, Column("id", Integer))
both = [one, two]
"""
    for target in ("models:shop.models:both", "models:shop.models:one,shop.models:two", "models:shop.models"):
        assert {u.address.name for u in read(source, target).units} == {"a", "b"}


def test_sqlite_has_its_foreign_keys_inside_and_says_what_it_lacks(read) -> None:  # type: ignore[no-untyped-def]
    found = read(
        BASE
        + USER
        + """
class Post(Base):
    __tablename__ = "posts"
    id = mapped_column(Integer, Identity(), primary_key=True, comment="x")
    user_id = mapped_column(ForeignKey("users.id"))
""",
        dialect="sqlite",
    )
    posts = units(found)["table:posts"]
    assert "FOREIGN KEY" in posts.statements[0] and not posts.late
    assert [(f.level, f.address, f.rule) for f in found.findings][:1] == [("warning", "column:posts.id", "not-kept")]


TABLE = BASE + "class A(Base):\n    __tablename__ = 'a'\n    id = mapped_column(Integer, primary_key=True)\n"
ODD = "from sqlalchemy.types import UserDefinedType\nclass T(UserDefinedType): pass\n"
TWO_ENUMS = "    b = mapped_column(Enum('x', name='e'))\n    c = mapped_column(Enum('y', name='e'))\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (TABLE + "    b = mapped_column(ForeignKey('b.id'))\n", "a foreign key to b.id, which is not there"),
        (ODD + TABLE + "    b = mapped_column(T)\n", "cannot express it"),
        (TABLE + TWO_ENUMS, "two different definitions of enum e"),
    ],
)
def test_what_cannot_be_said_is_an_error_on_its_table(read, source: str, message: str) -> None:  # type: ignore[no-untyped-def]
    findings = read(source).findings
    assert findings and all(f.level == "error" for f in findings)
    assert message in findings[0].message and findings[0].span.line > 3


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (BASE, "models:shop.models:Base", "0 tables in metadata"),
        (BASE, "models:shop.models:Bsae", "did you mean Base"),
        (BASE, "models:shop.modles:Base", "there is no module shop.modles"),
        ("x = 1", "models:shop.models:x", "is a int"),
        ("x = 1", "models:shop.models", "holds no declarative base"),
        ("raise RuntimeError('postgresql://u:hunter2hunter2@h/db is down')", "models:shop.models:Base", "is down"),
        ("import nothing_of_that_name", "models:shop.models:Base", "nothing_of_that_name"),
        ("import sys; sys.exit(3)", "models:shop.models:Base", "exit(3)"),
        ("import os; print('last words', flush=True); os._exit(7)", "models:shop.models:Base", "last words"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "models:shop.models:Base", "SIGSEGV"),
    ],
)
def test_what_goes_wrong_in_an_application_is_told(read, source: str, target: str, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ReconcileError) as error:
        read(source, target)
    assert message in str(error.value) and error.value.next
    assert "hunter2hunter2" not in str(error.value)


def test_an_application_that_never_ends_is_stopped(read, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv(TIMEOUT_VARIABLE, "1.5")
    with pytest.raises(ReconcileError, match="did not come to an end"):
        read("import time; time.sleep(600)")


def test_an_application_that_prints_and_leaves_threads_harms_nothing(read, capfd: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    source = BASE + USER + "import threading, time, atexit\nprint('noise' * 100000)\n"
    source += "threading.Thread(target=time.sleep, args=(600,)).start()\natexit.register(time.sleep, 600)\n"
    assert units(read(source))["table:public.users"]
    assert "noise" not in capfd.readouterr().out


FLASK = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_migrate import Migrate
db = SQLAlchemy()
class Role(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(64), unique=True)
class Log(db.Model):
    __bind_key__ = "logs"
    id = db.Column(db.Integer, primary_key=True)
def create_app(config=None):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config["SQLALCHEMY_BINDS"] = {"logs": "sqlite://"}
    db.init_app(app)
    Migrate(app, db, directory="schema", version_table="versions")
    return app
app = create_app()
"""


@pytest.mark.parametrize("target", ["create_app", "create_app('prod')", "app"])
def test_a_flask_application_or_its_factory(read, target: str) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("flask_migrate")
    found = read(FLASK, f"flask:shop.models:{target}")
    assert [str(u.address) for u in found.units] == ["table:public.role"]
    assert found.facts["version_table"] == "versions" and found.facts["directory"] == "schema"
    assert [(f.level, f.next) for f in found.findings] == [("note", f"read them with flask:shop.models:{target}#logs")]


def test_another_bind_of_a_flask_application(read) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("flask_migrate")
    found = read(FLASK, "flask:shop.models:create_app#logs")
    assert [str(u.address) for u in found.units] == ["table:public.log"]
    with pytest.raises(ReconcileError, match="no bind 'lgs'"):
        read(FLASK, "flask:shop.models:create_app#lgs")
    with pytest.raises(ReconcileError, match="create_ap"):
        read(FLASK, "flask:shop.models:create_ap")
