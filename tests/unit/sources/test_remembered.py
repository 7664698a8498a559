"""Manifests that were read before: nothing but the work of reading is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.dialects.registry import dialect_named
from reconciler.sources import memo, registry
from reconciler.sources.context import SourceContext
from reconciler.sources.manifest import load as loading
from reconciler.sources.manifest import remembered
from reconciler.sources.written import Written

TABLES = 5


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(remembered, "WORTH_IT", 2)
    made = tmp_path / "manifests"
    made.mkdir()
    for n in range(TABLES):
        target = f"t{max(n - 1, 0)}" + ("(id)" if n % 2 else "")  # every other one leaves the target's columns open
        made.joinpath(f"t{n}.yaml").write_text(
            f"apiVersion: reconcile/v1\nkind: Table\nmetadata: {{name: t{n}}}\nspec:\n  columns:\n"
            f"    id: {{type: bigint, nullable: false}}\n    up: {{type: bigint, renamedFrom: parent}}\n"
            f"  primaryKey: [id]\n  checks: {{t{n}_check: up > {n}}}\n"
            f"  foreignKeys:\n    t{n}_up_fkey: {{columns: [up], references: {target}}}\n"
        )
    return made


def read(folder: Path) -> Written:
    return registry.load(str(folder), SourceContext(dialect=dialect_named("postgresql"), cwd=folder.parent))  # type: ignore[return-value]


def said(found: Written) -> list[object]:
    """All that a source says, with the places of every object."""
    units = [
        (u.address, u.digest, u.objects, u.needs, u.words, {o.address: u.span(o.address) for o in u.objects})
        for u in found.units
    ]
    return [units, dict(found.names), found.findings]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are parsed."""
    names: list[str] = []
    real = loading._read

    def counted(name, *others):  # type: ignore[no-untyped-def]
        names.append(Path(name).name)
        return real(name, *others)

    monkeypatch.setattr(loading, "_read", counted)
    return names


def test_the_second_reading_says_the_same_and_parses_nothing(folder: Path, parsed: list[str]) -> None:
    first = said(read(folder))
    assert len(parsed) == TABLES
    assert said(read(folder)) == first
    assert len(parsed) == TABLES


def test_only_a_changed_file_is_parsed(folder: Path, parsed: list[str]) -> None:
    read(folder)
    parsed.clear()
    path = folder / "t3.yaml"
    path.write_text(path.read_text().replace("up > 3", "up > 33"))
    found = read(folder)
    assert parsed == ["t3.yaml"]
    [unit] = [u for u in found.units if u.address.name == "t3"]
    assert any(getattr(o, "expression", "") == "up > 33" for o in unit.objects)


def test_a_change_that_breaks_an_unchanged_file_is_found_at_its_place(folder: Path) -> None:
    read(folder)
    path = folder / "t2.yaml"
    path.write_text(path.read_text().replace("    id: {", "    key: {").replace("[id]", "[key]"))
    [finding] = [f for f in read(folder).findings if f.rule == "foreign-key"]
    assert "no column id" in finding.message
    assert (Path(finding.span.file).name, finding.span.line) == ("t3.yaml", 11)


def test_a_table_that_is_gone_is_missed_by_an_unchanged_file(folder: Path) -> None:
    read(folder)
    (folder / "t2.yaml").unlink()
    [finding] = read(folder).findings
    assert "there is no table" in finding.message
    assert Path(finding.span.file).name == "t3.yaml"


def test_an_open_foreign_key_follows_the_key_it_points_at(folder: Path) -> None:
    before = {u.address.name: u.digest for u in read(folder).units}
    path = folder / "t1.yaml"  # t2 points at t1 and names no column
    path.write_text(path.read_text().replace("    id: {", "    key: {").replace("[id]", "[key]"))
    found = {u.address.name: u for u in read(folder).units}
    [key] = [o for o in found["t2"].objects if o.kind == "foreign_key"]
    assert key.target_columns == ("key",)  # type: ignore[attr-defined]
    assert found["t2"].digest != before["t2"]


def test_a_file_with_an_error_is_not_remembered_as_sound(folder: Path) -> None:
    path = folder / "t4.yaml"
    path.write_text(path.read_text().replace("primaryKey: [id]", "primaryKey: [idd]"))
    first = read(folder).findings
    assert first and read(folder).findings == first


def test_a_memo_that_cannot_be_read_is_no_memo(folder: Path, parsed: list[str]) -> None:
    first = said(read(folder))
    for path in memo._folder().iterdir():
        path.write_bytes(b"\x93\x01garbage")
    assert said(read(folder)) == first
    assert len(parsed) == 2 * TABLES


def test_another_scope_is_checked_anew(folder: Path) -> None:
    from reconciler.dialects.base import Scope

    read(folder)
    context = SourceContext(dialect=dialect_named("postgresql"), cwd=folder.parent, scope=Scope(schemas=("app",)))
    found = registry.load(str(folder), context)
    assert {f.rule for f in found.findings} == {"not-managed"}  # type: ignore[union-attr]
