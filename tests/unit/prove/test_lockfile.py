"""The lockfile: the same bytes for the same head, lines that merge, and what does not fit said with its file."""

from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.tables import Column, Table
from reconciler.prove.lockfile import locked, misfits, relocked
from reconciler.sources.revisions import History, Revision
from reconciler.sources.snapshot import Snapshot, read_snapshot

USERS = Address("table", "", "users")
TAGS = Address("table", "", "tags")


def revision(id: str, *down: str, text: bytes = b"") -> Revision:
    return Revision(id=id, down=down, path=f"versions/{id}.py", text=text or id.encode())


def table(name: str, *columns: str) -> list[Table | Column]:
    return [Table(name=name, columns=columns), *(Column(table=name, name=c, type="TEXT") for c in columns)]


def catalog(*objects: Table | Column) -> Catalog:
    return Catalog(objects, dialect="sqlite", version=(3, 45))


HISTORY = History([revision("aaaa1"), revision("bbbb2", "aaaa1")])
HEAD = catalog(*table("users", "a", "b"), *table("tags", "a"))


def lock(history: History = HISTORY) -> Snapshot:
    return read_snapshot(locked(history, HEAD, digests={USERS: "1", TAGS: "2"}), "schema.lock")


def test_it_holds_the_head_and_what_leads_to_it() -> None:
    found = lock()
    assert found.heads == ("bbbb2",)
    assert found.catalog == HEAD
    assert found.written == {USERS: "1", TAGS: "2"}
    assert [m.down for m in found.revisions] == [(), ("aaaa1",)]


def test_a_beginning_of_an_id_is_a_link() -> None:
    history = History([revision("aaaa1"), revision("bbbb2", "aaaa")])
    assert lock(history).heads == ("bbbb2",)


def test_two_branches_that_touch_different_tables_change_different_lines() -> None:
    ours = locked(HISTORY, HEAD.replaced(table("users", "a", "b", "c")), digests={}).splitlines()
    base = locked(HISTORY, HEAD, digests={}).splitlines()
    theirs = locked(HISTORY, HEAD.replaced(table("tags", "a", "z")), digests={}).splitlines()
    assert {line for line in ours if line not in base}.isdisjoint(line for line in theirs if line not in base)
    assert all(b'"users"' in line for line in ours if line not in base)


def test_a_lockfile_that_fits_has_no_finding() -> None:
    assert misfits(lock(), HISTORY, "schema.lock") == []
    assert misfits(None, History([]), "schema.lock") == []


def test_what_does_not_fit_is_said_with_its_file() -> None:
    edited = History([revision("aaaa1", text=b"edited"), revision("cccc3", "aaaa1")])
    found = {f.rule: f for f in misfits(lock(), edited, "schema.lock")}
    assert set(found) == {"edited-revision", "unmeasured-revision", "missing-revision"}
    assert found["edited-revision"].span.file == "versions/aaaa1.py"
    assert found["missing-revision"].span.file == "schema.lock"
    assert all(f.next == "reconcile verify --update" for f in found.values())
    assert [f.rule for f in misfits(None, HISTORY, "schema.lock")] == ["no-lockfile"]


def test_what_was_written_is_forgotten_of_what_changed() -> None:
    now = HEAD.replaced(table("users", "a", "b", "c"))
    found = read_snapshot(relocked(HISTORY, now, lock()), "schema.lock")
    assert found.written == {TAGS: "2"}
    assert found.catalog == now
    assert read_snapshot(relocked(HISTORY, now, None), "schema.lock").written == {}
