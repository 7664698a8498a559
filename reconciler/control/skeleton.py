"""The files of an Alembic script location, as a project begins with them: what `alembic upgrade` needs without us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENV: Final = '''\
"""Alembic's environment: `alembic upgrade head` works without reconcile. The URL is that of DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

url = os.environ.get("DATABASE_URL") or context.config.get_main_option("sqlalchemy.url")
if not url:
    raise SystemExit("set DATABASE_URL to the database to migrate")
if url.startswith("postgresql://"):
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
if url.startswith("mysql://"):
    url = url.replace("mysql://", "mysql+pymysql://", 1)

if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
'''

MAKO: Final = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


def script_location(folder: str) -> dict[str, str]:
    """The files, by path, of a script location in a folder that ends with a slash."""
    return {f"{folder}env.py": ENV, f"{folder}script.py.mako": MAKO}


def ini_file(folders: Mapping[str, str]) -> dict[str, str]:
    """alembic.ini with a section for each name: `alembic --name sqlite upgrade head` takes that of SQLite."""
    sections = (f"[{name}]\nscript_location = {folder.rstrip('/')}\n" for name, folder in folders.items())
    return {"alembic.ini": "\n".join(sections)}
