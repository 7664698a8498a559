"""The text of a snapshot: the same for the same schema, readable line by line, mergeable."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.errors import ReconcileError
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.namespaces import Schema
from reconciler.model.objects import Object, Unmodelled
from reconciler.model.tables import Column, PrimaryKey, Table
from reconciler.sources.snapshot import RevisionMark, Snapshot, read_snapshot, snapshot_text


def table(name: str, *columns: str) -> list[Object]:
    own = {"schema": "app", "table": name}
    return [
        Table(schema="app", name=name, columns=columns),
        *(Column(name=c, type="bigint", **own) for c in columns),
        PrimaryKey(name=f"{name}_pkey", columns=columns[:1], **own),
    ]


def snapshot(*tables: list[Object], revisions: tuple[RevisionMark, ...] = (RevisionMark(id="a1"),)) -> Snapshot:
    objects = [Schema(name="app"), *(o for t in tables for o in t)]
    catalog = Catalog(
        objects, dialect="postgresql", version=(18, 1), unmodelled=[Unmodelled(what="cast", name="a → b")]
    )
    written = {t[0].address: f"digest of {t[0].name}" for t in tables}
    orders = {t[0].address: tuple(reversed(t[0].columns)) for t in tables if t[0].name == "moved"}  # type: ignore[attr-defined]
    return Snapshot(catalog=catalog, written=written, orders=orders, revisions=revisions)


def test_it_is_read_back_as_it_was() -> None:
    whole = snapshot(table("users", "id", "email"), table("moved", "a", "b"))
    found = read_snapshot(snapshot_text(whole), "schema.lock")
    assert found.catalog == whole.catalog and found.catalog.unmodelled == whole.catalog.unmodelled
    assert (found.written, found.orders, found.revisions) == (whole.written, whole.orders, whole.revisions)
    assert (found.dialect, found.version, found.heads) == ("postgresql", (18, 1), ("a1",))


def test_equal_snapshots_have_equal_texts() -> None:
    a, b = table("a", "id"), table("b", "id", "x")
    one = snapshot_text(snapshot(a, b))
    again = Snapshot(
        catalog=snapshot(a, b).catalog.like(reversed(list(snapshot(a, b).catalog.values()))),
        written=dict(reversed(snapshot(a, b).written.items())),
        revisions=snapshot(a).revisions,
    )
    assert snapshot_text(again) == one
    assert one.decode().splitlines()[0].startswith('{"kind":"snapshot","format":1,"dialect":"postgresql"')


def test_heads_are_revisions_that_nothing_comes_after() -> None:
    marks = (RevisionMark(id="a"), RevisionMark(id="b", down=("a",)), RevisionMark(id="c", down=("a",)))
    assert snapshot(revisions=marks).heads == ("b", "c")


def test_branches_that_touch_different_tables_merge(tmp_path: Path) -> None:
    """As git merges: one branch changes a table, the other its neighbour and adds one further on."""
    middle = table("c", "id")
    base = snapshot(table("a", "id"), table("b", "id"), middle, table("e", "id"))
    left = snapshot(table("a", "id"), table("b", "id", "x"), middle, table("e", "id"))
    right = snapshot(table("a", "id", "y"), table("b", "id"), middle, table("d", "id"), table("e", "id"))
    for name, value in (("base", base), ("left", left), ("right", right)):
        (tmp_path / name).write_bytes(snapshot_text(value))
    done = subprocess.run(["git", "merge-file", "-p", "left", "base", "right"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stdout.decode()
    both = snapshot(table("a", "id", "y"), table("b", "id", "x"), middle, table("d", "id"), table("e", "id"))
    assert read_snapshot(done.stdout, "merged").catalog == both.catalog


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: b"", "not a lockfile"),
        (lambda t: b"<<<<<<< ours\n" + t, "schema.lock:1"),
        (lambda t: t + b'{"kind":"table"}\n', "not a lockfile"),
        (lambda t: t + t.splitlines()[-1] + b"\n", "two objects at"),
        (lambda t: t.replace(b'"format":1', b'"format":99'), "newer form"),
        (lambda t: t + b"\xff\n", "not a lockfile"),
    ],
)
def test_what_is_no_lockfile_is_said_with_its_line(change: object, message: str) -> None:
    whole = snapshot(table("users", "id"))
    plain = Snapshot(catalog=Catalog(whole.catalog.values(), dialect="postgresql"), revisions=whole.revisions)
    with pytest.raises(ReconcileError) as error:
        read_snapshot(change(snapshot_text(plain)), "schema.lock")  # type: ignore[operator]
    assert message in str(error.value) and error.value.next
    assert Address("table", "app", "users") in plain.catalog
