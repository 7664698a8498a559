"""Migration folders as users have them, and Alembic run in a process that cannot import this program."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from reconciler.emit.revision import RevisionFile

_ENV = """
from logging.config import fileConfig
from alembic import context
from sqlalchemy import create_engine, event, pool

config = context.config


def run_migrations_offline():
    context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online():
    engine = create_engine(config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    ENFORCE
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
"""

_ENFORCE = """@event.listens_for(engine, "connect")
    def enforce(connection, record):
        connection.execute("PRAGMA foreign_keys = ON")
"""

# An import of this program fails, as it does where it is not installed.
_WITHOUT_US = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "reconciler":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
"""


@dataclass
class Project:
    """A folder with alembic.ini, env.py and revisions."""

    root: Path
    url: str

    def write(self, *files: RevisionFile) -> None:
        for file in files:
            (self.root / file.path).write_bytes(file.text)

    def alembic(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run(self.root, "from alembic.config import main\nmain(prog='alembic')", *arguments, check=check)


def run(folder: Path, code: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Python in a folder, with arguments, without this program."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    command = [sys.executable, "-B", "-W", "ignore", "-c", _WITHOUT_US + code, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def project(root: Path, url: str, *, enforce: bool = False) -> Project:
    """An Alembic project as `alembic init` makes it; `enforce` turns foreign keys on as SQLAlchemy's manual says."""
    (root / "versions").mkdir(parents=True)
    (root / "alembic.ini").write_text(f"[alembic]\nscript_location = .\nsqlalchemy.url = {url.replace('%', '%%')}\n")
    (root / "env.py").write_text(_ENV.replace("ENFORCE", _ENFORCE if enforce else ""))
    (root / "script.py.mako").write_text("")
    return Project(root, url)


def flask_project(root: Path, url: str) -> None:
    """The tutorial's application, its two models, and `flask db init`."""
    (root / "app.py").write_text(
        textwrap.dedent(f"""
        from flask import Flask
        from flask_migrate import Migrate
        from flask_sqlalchemy import SQLAlchemy

        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = {url!r}
        db = SQLAlchemy(app)
        migrate = Migrate(app, db)


        class Role(db.Model):
            __tablename__ = "roles"
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(64), unique=True)
            users = db.relationship("User", backref="role", lazy="dynamic")


        class User(db.Model):
            __tablename__ = "users"
            id = db.Column(db.Integer, primary_key=True)
            username = db.Column(db.String(64), unique=True, index=True)
            role_id = db.Column(db.Integer, db.ForeignKey("roles.id"))
        """)
    )
    flask(root, "db", "init")


def flask(root: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    code = "sys.path.insert(0, '.')\nfrom flask.cli import main\nsys.argv[0] = 'flask'\nmain()"
    return run(root, code, *arguments, check=check)
