"""A plan as it is told: one structure, three spellings, and nothing in a name can break out of any of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.emit.markdown import as_markdown
from reconciler.emit.report import as_data, plan_report
from reconciler.emit.sql import script
from reconciler.emit.terminal import as_text
from reconciler.model.catalog import Catalog
from reconciler.model.tables import Column, Table
from reconciler.plan.plan import Plan, make_plan
from tests.proof.emit_world import World, sqlite_world

OLD = "create table legacy (a integer);\ncreate table users (id integer not null primary key, name varchar(20))"
NEW = (
    "create table users (id integer not null primary key, name varchar(40), nick text);\n"
    "create table tags (id integer not null primary key, name text);\n"
    "create index tags_name on tags (name)"
)
HOSTILE = 'x`|</details>\n```\n**b** [a](http://e) @all "\\ \u202e'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return sqlite_world(tmp_path)


def test_the_summary_counts(world: World) -> None:
    up, _ = world.plans(OLD, NEW)
    report = plan_report(up, world.dialect, world.profile(up.new))
    assert str(report.summary) == "2 to create, 1 to alter, 1 to drop; 1 loses data"


def test_the_text_says_what_is_lost_and_what_changes(world: World) -> None:
    up, _ = world.plans(OLD, NEW)
    text = as_text(plan_report(up, world.dialect, world.profile(up.new)))
    assert "- drop table legacy\n    ! LOSES DATA:" in text
    assert "~ rebuild table users\n" in text
    assert "~ column name: type: varchar(20) → varchar(40)" in text
    assert "+ create index tags.tags_name\n      CREATE INDEX tags_name ON tags (name);" in text
    assert text.endswith("Plan: 2 to create, 1 to alter, 1 to drop; 1 loses data.")


def test_a_style_is_asked_for_every_head(world: World) -> None:
    up, _ = world.plans(OLD, NEW)
    text = as_text(plan_report(up, world.dialect, world.profile(up.new)), style=lambda t, s: f"<{s}>{t}</>")
    assert "<drop>- drop table legacy</>" in text and "<error>! LOSES DATA" in text


def test_the_json_is_stable(world: World) -> None:
    up, _ = world.plans(OLD, NEW)
    report = plan_report(up, world.dialect, world.profile(up.new))
    assert as_data(report) == as_data(plan_report(up, world.dialect, world.profile(up.new)))
    value = as_data(report)
    assert {"dialect", "summary", "steps", "base", "target", "digest"} <= set(value)
    assert {"action", "sign", "kind", "address", "statements", "impact"} <= set(value["steps"][0])


def test_equal_plans_have_equal_digests_and_others_not(world: World) -> None:
    up, down = world.plans(OLD, NEW)
    profile = world.profile(up.new)
    again, _ = world.plans(OLD, NEW)
    assert plan_report(up, world.dialect, profile).digest == plan_report(again, world.dialect, profile).digest
    assert plan_report(up, world.dialect, profile).digest != plan_report(down, world.dialect, profile).digest


def test_an_empty_plan_says_so(world: World) -> None:
    up, _ = world.plans(OLD, OLD)
    report = plan_report(up, world.dialect, world.profile(up.new))
    assert report.empty
    assert as_text(report) == "Plan: nothing to change."
    assert "nothing to change" in as_markdown(report)


def hostile_plan(world: World) -> Plan:
    table = Table(name=HOSTILE, columns=(HOSTILE,))
    column = Column(table=HOSTILE, name=HOSTILE, type="TEXT", default=f"'{HOSTILE}'")
    return make_plan(Catalog(dialect="sqlite"), Catalog([table, column], dialect="sqlite"), world.dialect.profile(()))


def test_no_name_leaves_its_place_in_markdown(world: World) -> None:
    plan = hostile_plan(world)
    text = as_markdown(plan_report(plan, world.dialect, world.dialect.profile(())))
    head, fence, rest = re.split(r"^(`{4,})sql$", text, maxsplit=1, flags=re.M)
    assert "</details>" not in head and "@all" not in head and "**b**" not in head and "](" not in head
    sql, tail = rest.split(f"\n{fence}\n", 1)
    assert "```" in sql and tail.strip().startswith("</details>")
    rows = [line for line in head.splitlines() if line.startswith("| +")]
    assert len(rows) == 1 and rows[0].count("|") == 5
    assert "\u202e" not in text


def test_no_name_leaves_its_line_in_text(world: World) -> None:
    text = as_text(plan_report(hostile_plan(world), world.dialect, world.dialect.profile(())), sql=False)
    assert "\u202e" not in text
    assert not any(line.startswith(("```", "**b**")) for line in text.splitlines())


def test_the_script_shows_its_transactions(world: World) -> None:
    up, _ = world.plans(OLD, NEW)
    lines = script(up, world.dialect, world.profile(up.new)).splitlines()
    assert lines.index("PRAGMA foreign_keys = OFF;") < lines.index("BEGIN;") < lines.index("COMMIT;")
    assert lines.index("COMMIT;") < lines.index("PRAGMA foreign_keys = ON;")
    assert "-- create table:tags" in lines
