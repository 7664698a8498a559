"""A project of several dialects: one view of it for each, and everything that can be wrong with how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config.project import Project, check_project, load_project
from reconciler.errors import ReconcileError

HEAD = "apiVersion: reconcile/v1\nkind: Project\nspec:\n"
TWO = HEAD + (
    "  dialects:\n    sqlite:\n"
    "    postgresql: {schemas: [shop], manage: [grants], scratch: embedded, migrations: pg/}\n"
    '  environments:\n    dev: {url: "sqlite:///dev.db", policy: none}\n'
    "    prod: {dialect: postgresql, url: {env: PROD_URL}}\n"
    '    test: {url: "postgresql://h/test"}\n'
)


def project(root: Path, text: str) -> Project:
    (root / "reconcile.yaml").write_text(text)
    return load_project(file=root / "reconcile.yaml")


def said(root: Path, text: str) -> list[str]:
    (root / "reconcile.yaml").write_text(text)
    _, findings = check_project(root / "reconcile.yaml")
    return [f"{f.span.line}: {f.message}" for f in findings if f.level == "error"]


def test_each_dialect_has_its_own_folder_settings_and_environments(tmp_path: Path) -> None:
    found = project(tmp_path, TWO)
    lite, pg = found.of("sqlite"), found.of("postgresql")
    assert found.dialects == ("sqlite", "postgresql") and found.several
    assert lite.lockfile == tmp_path / "migrations/sqlite/schema.lock" and pg.lockfile == tmp_path / "pg/schema.lock"
    assert (pg.schemas, pg.manage, pg.scratch_url()) == (("shop",), ("grants",), "embedded")
    assert (lite.schemas, lite.manage, lite.scratch_url()) == (None, (), "")
    assert [e.name for e in lite.environments] == ["dev"]
    assert [e.name for e in pg.environments] == ["prod", "test"]
    assert [e.name for e in lite.every_environment] == ["dev", "prod", "test"]
    assert lite.environment("prod") == pg.environment("prod")


def test_a_list_is_enough(tmp_path: Path) -> None:
    found = project(tmp_path, HEAD + "  dialects: [postgresql, sqlite]\n")
    assert [v.migrations for v in found.views] == [tmp_path / "migrations/postgresql", tmp_path / "migrations/sqlite"]


def test_one_dialect_is_as_it_was(tmp_path: Path) -> None:
    found = project(tmp_path, HEAD + '  dialect: sqlite\n  environments: {dev: {url: "sqlite:///a.db"}}\n')
    assert not found.several and found.views == () and found.migrations == tmp_path / "migrations"
    assert found.of("sqlite") is not None and found.every_environment == found.environments


def test_a_dialect_that_the_project_has_not_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ReconcileError) as caught:
        project(tmp_path, TWO).of("postgres")
    assert caught.value.next == "did you mean postgresql?"


ENVIRONMENTS = HEAD + "  dialects: [sqlite, postgresql]\n  environments:\n    a: "

WRONG = [
    (HEAD + "  desired: m/", "3: spec: dialect is missing"),
    (HEAD + "  dialect: sqlite\n  dialects: [sqlite]", "5: spec: dialect and dialects exclude each other"),
    (HEAD + "  dialects: []", "4: spec.dialects names no dialect"),
    (HEAD + "  dialects: [sqlite, sqlite]", "4: dialect sqlite twice"),
    (HEAD + "  dialects: [sqlite, oracle]", "4: spec.dialects[1]: 'oracle' is not one of mysql, postgresql, sqlite"),
    (HEAD + "  dialects:\n    postgres: {}", "5: no dialect 'postgres' is known"),
    (HEAD + "  dialects: [sqlite]\n  migrations: m/", "5: spec.migrations belongs to one dialect"),
    (HEAD + "  dialects: [sqlite]\n  schemas: [a]", "5: spec.schemas belongs to one dialect"),
    (HEAD + "  dialects:\n    sqlite: {manage: [roles]}", "5: sqlite has no roles to be managed"),
    (
        HEAD + "  dialects:\n    postgresql: {migrations: migrations/}\n    sqlite:",
        "6: the revisions of sqlite and postgresql would lie among each other",
    ),
    (ENVIRONMENTS + "{url: {env: A}}", "6: nothing says which dialect environment a has"),
    (ENVIRONMENTS + '{url: "${A}"}', "6: nothing says which dialect environment a has"),
    (ENVIRONMENTS + '{url: "mysql://h/d"}', "6: environment a is of mysql, which is none of the project's dialects"),
    (ENVIRONMENTS + '{dialect: sqlite, url: "postgres://h/d"}', "6: environment a is said to be sqlite, and its URL"),
    (HEAD + '  dialect: sqlite\n  environments: {a: {dialect: mysql, url: "${A}"}}', "5: environment a is of mysql"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    found = said(tmp_path, text)
    assert any(f.startswith(message) for f in found), found


def test_an_unfit_dialect_setting_says_where_it_belongs(tmp_path: Path) -> None:
    (tmp_path / "reconcile.yaml").write_text(HEAD + "  dialects: [postgresql]\n  manage: [roles]\n")
    _, findings = check_project(tmp_path / "reconcile.yaml")
    assert "dialects: {postgresql: {manage: …}}" in next(f.next for f in findings if f.level == "error")
