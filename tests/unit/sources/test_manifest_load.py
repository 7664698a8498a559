"""What manifests mean, and everything that is said about wrong ones: file, line and address, all in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.dialects.base import Pattern, Scope
from reconciler.dialects.registry import dialect_named
from reconciler.errors import InputError
from reconciler.model.address import Address
from reconciler.model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Unique
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.manifest.schemas import schema_files
from reconciler.sources.written import Written

POSTGRES = dialect_named("postgresql").profile((18,))
SQLITE = dialect_named("sqlite").profile((3, 45))
TEAMS = """
apiVersion: reconcile/v1
kind: Table
metadata: {name: teams, schema: app}
spec:
  columns: {id: bigint, name: text}
  primaryKey: [id]
"""


def table(spec: str, name: str = "users") -> str:
    head = f"apiVersion: reconcile/v1\nkind: Table\nmetadata: {{name: {name}, schema: app}}\nspec:\n"
    return head + "\n".join(f"  {line}" for line in spec.strip().splitlines()) + "\n"


def load(*texts: str, scope: Scope | None = None) -> Written:
    files = [(f"{n}.yaml", text.encode()) for n, text in enumerate(texts)]
    return load_manifests(files, profile=POSTGRES, scope=scope)


def said(written: Written) -> list[str]:
    return [f"{f.span.file}:{f.span.line} {f.address} {f.message}" for f in written.findings]


def the(written: Written, address: str) -> object:
    return next(o for u in written.units for o in u.objects if str(o.address) == address)


def test_short_forms_are_parts_of_their_own() -> None:
    written = load(
        TEAMS,
        table("""
columns:
  id: {type: bigint, primaryKey: true}
  email: {type: varchar(320), unique: true, check: position('@' in email) > 1}
  team: {type: bigint, references: teams.id}
  boss: {type: bigint, references: {table: users, column: id, onDelete: set null}}
indexes: {users_a: [lower(email)], users_b: [team desc]}
"""),
    )
    assert not written.findings
    assert the(written, "primary_key:app.users.users_pkey").columns == ("id",)  # type: ignore[attr-defined]
    assert isinstance(the(written, "unique:app.users.users_email_key"), Unique)
    assert isinstance(the(written, "check:app.users.users_email_check"), Check)
    team, boss = (the(written, f"foreign_key:app.users.users_{c}_fkey") for c in ("team", "boss"))
    assert isinstance(team, ForeignKey) and (team.target_schema, team.target_columns) == ("app", ("id",))
    assert isinstance(boss, ForeignKey) and boss.on_delete == "set null"
    assert isinstance(the(written, "index:app.users.users_b"), Index)


def test_scalars_are_the_text_that_stands_there() -> None:
    spec = "columns:\n  a: {type: numeric(10,2), default: 1.10}\n".replace("numeric(10,2)", '"numeric(10,2)"')
    written = load(table(spec + "  b: {type: text, default: no}\n  c: {type: text, default: 010}\n  no: text"))
    defaults = [o.default for o in written.units[-1].objects if isinstance(o, Column)]
    assert not written.findings and defaults == ["1.10", "no", "010", None]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("email", "email"), ("Email", '"Email"'), ("order", '"order"'), ("lower(email)", "lower(email)"),
        ("a + 1", "(a + 1)"), ("a + 1 desc nulls last", "(a + 1) desc nulls last"), ("a desc", "a desc"),
        ("email varchar_pattern_ops", "email varchar_pattern_ops"), ("a::text", "(a::text)"), ("at desc", "at desc"),
        ('email collate "C"', 'email collate "C"'), ("(data ->> 'a')", "(data ->> 'a')"), ("not a", "(not a)"),
    ],
)  # fmt: skip
def test_a_key_of_an_index_is_put_in_brackets_and_quotes_where_it_must(key: str, expected: str) -> None:
    columns = "columns: {email: text, Email: text, order: int, a: int, at: int, data: jsonb}\n"
    written = load(table(columns + f'indexes:\n  i:\n    - "{key.replace(chr(34), chr(92) + chr(34))}"'))
    assert [o.keys for o in written.units[-1].objects if isinstance(o, Index)] == [(expected,)]


@pytest.mark.parametrize(
    ("text", "schema", "columns"),
    [
        ("teams", "app", ("id",)), ("teams.id", "app", ("id",)), ("app.teams.id", "app", ("id",)),
        ("teams(id)", "app", ("id",)), ('"app"."teams" ("id")', "app", ("id",)),
        ("teams(id, name)", "app", ("id", "name")),
    ],
)  # fmt: skip
def test_a_reference_may_be_written_in_several_ways(text: str, schema: str, columns: tuple[str, ...]) -> None:
    names = ["a", "b"][: len(columns)]
    spec = f"columns: {{a: bigint, b: text}}\nforeignKeys:\n  k:\n    columns: {names}\n    references: '{text}'"
    key = the(load(TEAMS, table(spec)), "foreign_key:app.users.k")
    assert isinstance(key, ForeignKey)
    assert (key.target_schema, key.target, key.target_columns) == (schema, "teams", columns)


def test_everything_wrong_is_said_in_one_run() -> None:
    written = load(
        table("""
columns:
  id: {typ: bigint}
"""),
        table(
            """
columns: {id: bigint, team_id: bigint, email: }
primaryKey: [ids]
unique: {u: [emial], v: [id, id]}
checks: {u: id > 0}
foreignKeys:
  f: {columns: [team_id], references: teams(key)}
  g: {columns: [team_id], references: groups}
  h: {columns: [team_id, id], references: teams}
indexes: {i: [emal], v: [id]}
""",
            "members",
        ),
        TEAMS,
        "apiVersion: reconcile/v2\nkind: Enum\nmetadata: {name: e}\nspec: {values: [a]}\n",
        "kind: Tabel\n",
        "- just a list\n",
        TEAMS.replace("app", "other").replace("id: bigint", "id: bigint, id: text"),
    )
    assert said(written) == [
        "0.yaml:6 table:app.users spec.columns.id: unknown key typ",
        "1.yaml:5 table:app.members spec.columns.email: needs text or a mapping, not nothing",
        "3.yaml:1 enum:public.e apiVersion: needs reconcile/v1, not 'reconcile/v2'",
        "4.yaml:1  unknown kind Tabel",
        "5.yaml:1  not a manifest",
        "6.yaml:6  key 'id' twice in one mapping",
    ]
    again = load(table(written_spec(), "members"), TEAMS)
    assert said(again) == [
        "0.yaml:6 primary_key:app.members.members_pkey app.members has no column ids",
        "0.yaml:7 unique:app.members.u app.members has no column emial",
        "0.yaml:7 unique:app.members.v column id twice in one key",
        "0.yaml:8 check:app.members.u another constraint of this table is named u",
        "0.yaml:10 foreign_key:app.members.f app.teams has no column key",
        "0.yaml:11 foreign_key:app.members.g there is no table app.groups",
        "0.yaml:12 foreign_key:app.members.h 2 columns point at 1",
        "0.yaml:13 index:app.members.i app.members has no column emal",
        "0.yaml:13 index:app.members.v the name v is taken",
    ]
    assert again.findings[1].next == "did you mean email?"
    with pytest.raises(InputError, match="9 errors"):
        again.sound()


def written_spec() -> str:
    return """
columns: {id: bigint, team_id: bigint, email: text}
primaryKey: [ids]
unique: {u: [emial], v: [id, id]}
checks: {u: id > 0}
foreignKeys:
  f: {columns: [team_id], references: teams(key)}
  g: {columns: [team_id], references: groups}
  h: {columns: [team_id, id], references: teams}
indexes: {i: [emal], v: [id]}
"""


def test_a_broken_manifest_does_not_make_others_wrong() -> None:
    spec = "columns: {id: bigint}\nforeignKeys: {k: {columns: [id], references: teams}}"
    assert [f.rule for f in load(table(spec), TEAMS.replace("spec:", "spec:\n  colour: red")).findings] == [
        "unknown-key"
    ]
    assert [f.rule for f in load(table(spec), "a: [\n").findings] == ["yaml-syntax"]


def test_the_same_object_twice() -> None:
    assert said(load(TEAMS, TEAMS)) == ["1.yaml:4 table:app.teams said twice"]
    other = TEAMS.replace("kind: Table", "kind: View").split("spec:")[0] + "spec: {definition: select 1}\n"
    assert said(load(TEAMS, other)) == ["1.yaml:4 view:app.teams the name teams is taken"]


def test_renames_are_said_by_their_new_address() -> None:
    written = load(
        table("columns: {full_name: {type: text, renamedFrom: name}}").replace(
            "schema: app", "schema: app, renamedFrom: u"
        )
    )
    assert written.names == {
        Address("table", "app", "users"): "u",
        Address("column", "app", "full_name", "users"): "name",
    }
    both = load(table("columns: {a: {type: text, renamedFrom: x}, b: {type: text, renamedFrom: x}, x: text}"))
    assert {f.message for f in both.findings} == {"x cannot become two", "renamed from x, which is there as well"}


def test_an_attribute_of_a_composite_type_says_what_it_was_called() -> None:
    document = (
        "apiVersion: reconcile/v1\nkind: CompositeType\nmetadata: {schema: app, name: place}\n"
        "spec: {attributes: {zip: {type: text, renamedFrom: postcode}, town: text}}\n"
    )
    assert load(document).names == {Address("composite_type_value", "app", "zip", "place"): "postcode"}
    (found,) = load(document.replace("postcode", "town")).findings
    assert found.message == "renamed from 'town', which is there as well"


def test_what_a_project_does_not_manage_may_be_pointed_at() -> None:
    spec = (
        "columns: {id: bigint}\nforeignKeys: {k: {columns: [id], references: {table: t, schema: other, columns: [id]}}}"
    )
    assert [f.rule for f in load(table(spec)).findings] == ["foreign-key"]
    assert not load(table(spec), scope=Scope(schemas=("app",))).findings
    assert not load(table(spec), scope=Scope(unmanaged=(Pattern(name="other.*"),))).findings
    assert [f.rule for f in load(table(spec), scope=Scope(schemas=("other",))).findings] == [
        "not-managed",
        "foreign-key",
    ]


def test_names_that_the_server_would_cut_are_refused() -> None:
    assert [f.rule for f in load(table("columns: {id: bigint}", "t" * 64)).findings] == ["long-name"]
    assert not load(table("columns: {id: bigint}", "t" * 63)).findings


def test_a_digest_is_of_what_is_meant() -> None:
    one = load(table("columns: {a: text, b: {type: int, nullable: false}}\nindexes: {i: [a], j: [b]}"))
    two = load(
        table(
            "indexes:\n  j: {columns: [b]} # why\n  i: [a]\n"
            "columns:\n  a: {type: text}\n  b: {nullable: false, type: int}"
        )
    )
    moved = load(table("columns: {b: {type: int, nullable: false}, a: text}\nindexes: {i: [a], j: [b]}"))
    digests = [{u.address: u.digest for u in w.units} for w in (one, two, moved)]
    assert digests[0] == digests[1] != digests[2]


def test_what_a_unit_needs_and_mentions() -> None:
    spec = "columns: {id: bigint, mood: app.mood}\nforeignKeys: {k: {columns: [id], references: teams}}"
    unit = next(u for u in load(TEAMS, table(spec)).units if u.address.name == "users")
    assert unit.needs == (Address("schema", "", "app"), Address("table", "app", "teams")) and "mood" in unit.words
    assert unit.span(Address("column", "app", "mood", "users")).line == 5


def test_schemas_that_nobody_described_are_implied() -> None:
    written = load(TEAMS, TEAMS.replace("schema: app", "schema: public"))
    assert [str(u.address) for u in written.units] == ["schema:app", "table:app.teams", "table:public.teams"]


def test_sqlite_keeps_constraints_without_names_and_open_targets() -> None:
    spec = """
columns:
  id: {type: integer, primaryKey: true}
  boss: {type: integer, references: users}
  any: {}
checks: [id > 0, {name: named, expression: id < 9}]
"""
    text = table(spec).replace(", schema: app", "")
    written = load_manifests([("a.yaml", text.encode())], profile=SQLITE)
    objects = written.units[0].objects
    assert not written.findings
    assert [(o.name, o.named) for o in objects if isinstance(o, Check)] == [("users_id_check", False), ("named", True)]
    assert [o.named for o in objects if isinstance(o, PrimaryKey)] == [False]
    assert [o.target_columns for o in objects if isinstance(o, ForeignKey)] == [()]


def test_kinds_that_a_dialect_lacks_are_said() -> None:
    text = "apiVersion: reconcile/v1\nkind: Enum\nmetadata: {name: e}\nspec: {values: [a]}\n"
    (finding,) = load_manifests([("a.yaml", text.encode())], profile=SQLITE).findings
    assert finding.message == "sqlite has no Enum" and finding.span.line == 2


def test_the_committed_schemas_are_those_of_the_forms() -> None:
    folder = Path(__file__).parents[3] / "schemas"
    for name, text in schema_files().items():
        assert (folder / name).read_text() == text, f"{name} is stale: python -m reconciler.sources.manifest.schemas"
    known = {*schema_files(), "project.schema.json", "trust-policy.schema.json"}
    assert {p.name for p in folder.glob("*.json")} <= known
