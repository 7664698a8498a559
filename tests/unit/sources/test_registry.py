"""One address for every source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.config.project import load_project
from reconciler.dialects.registry import dialect_named
from reconciler.errors import ReconcileError
from reconciler.model.catalog import Catalog
from reconciler.model.tables import Table
from reconciler.sources.context import SourceContext
from reconciler.sources.folders import manifest_files
from reconciler.sources.registry import load, source
from reconciler.sources.snapshot import Snapshot, snapshot_text
from reconciler.sources.written import Written

TABLE = b"apiVersion: reconcile/v1\nkind: Table\nmetadata: {name: t}\nspec: {columns: {id: integer}}\n"
LOCK = snapshot_text(Snapshot(catalog=Catalog([Table(name="locked")], dialect="sqlite")))
PROJECT = """apiVersion: reconcile/v1
kind: Project
spec:
  dialect: sqlite
  environments:
    dev: {url: "sqlite:///dev.db", policy: none}
"""


@pytest.fixture
def context(tmp_path: Path) -> SourceContext:
    (tmp_path / ".git").mkdir()
    root = tmp_path / "shop"
    (root / "manifests/tables").mkdir(parents=True)
    (root / "migrations").mkdir()
    (root / "manifests/tables/t.yaml").write_bytes(TABLE)
    (root / "migrations/schema.lock").write_bytes(LOCK)
    (root / "reconcile.yaml").write_text(PROJECT)
    committed: Mapping[str, bytes] = {
        "shop/manifests/t.yaml": TABLE.replace(b"name: t", b"name: old"),
        "shop/manifests/README.md": b"",
        "shop/manifests/.hidden/x.yaml": b"?",
        "shop/migrations/schema.lock": LOCK.replace(b"locked", b"older"),
    }

    def read_tree(ref: str, path: str) -> Mapping[str, bytes]:
        assert ref == "main"
        return {p: data for p, data in committed.items() if p == path or p.startswith(f"{path}/")}

    project = load_project(file=root / "reconcile.yaml")
    return SourceContext(project=project, dialect=dialect_named("sqlite"), cwd=root, read_tree=read_tree)


def tables(found: Catalog | Written) -> list[str]:
    addresses = found if isinstance(found, Catalog) else [u.address for u in found.units]
    return [a.name for a in addresses if a.kind == "table"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("manifests/", "t"), ("manifests", "t"), ("manifests/tables/t.yaml", "t"), ("lock:", "locked"),
        ("git:main", "old"), ("git:main:shop/manifests/", "old"), ("git:main:lock:", "older"),
    ],
)  # fmt: skip
def test_a_source_is_read_by_its_address(context: SourceContext, text: str, expected: str) -> None:
    found = load(text, context)
    assert tables(found) == [expected]
    assert isinstance(found, Catalog) or not found.findings


def test_a_database_and_an_environment(context: SourceContext, tmp_path: Path) -> None:
    file = tmp_path / "shop/dev.db"
    with dialect_named("sqlite").connect(f"sqlite:///{file}", create=True) as session:
        session.execute("CREATE TABLE live (id integer)")
    assert tables(load("env:dev", context)) == tables(load(f"sqlite:///{file}", context)) == ["live"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("manifest/", "no source 'manifest/'"),
        ("git:main:nothing", "no manifests at main"),
        ("git:", "names no commit"),
        ("env:prod", "no environment 'prod'"),
        ("lock:nothing.lock", "no lockfile"),
    ],
)
def test_what_is_no_source_is_told_what_to_write(context: SourceContext, text: str, message: str) -> None:
    with pytest.raises(ReconcileError) as error:
        load(text, context)
    assert message in str(error.value) and error.value.next


def test_without_a_project_what_needs_one_says_so(tmp_path: Path) -> None:
    for text in ("lock:", "env:dev"):
        with pytest.raises(ReconcileError, match="needs a project"):
            load(text, SourceContext(cwd=tmp_path))


def test_hidden_files_and_links_are_no_manifests(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/c.yml", ".hidden.yaml", ".git/x.yaml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    assert [Path(p).relative_to(tmp_path).as_posix() for p, _ in manifest_files(tmp_path)] == ["a/c.yml", "b.yaml"]


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two loaders"):
        source("models")(lambda text, context: Written())


def test_a_project_s_own_folder_that_is_not_there_is_named_as_such(context: SourceContext) -> None:
    assert context.project is not None and context.project.manifests is not None
    for file in sorted(context.project.manifests.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    context.project.manifests.rmdir()
    with pytest.raises(ReconcileError, match="the folder of manifests is not there") as caught:
        load(str(context.project.manifests), context)
    assert caught.value.next.startswith("mkdir -p ") and "spec.desired" in caught.value.next
