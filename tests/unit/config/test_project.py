"""reconcile.yaml: found, read, resolved; nothing outside the project, no secret before it is needed."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.config import secrets
from reconciler.config.checked import converted, violations
from reconciler.config.project import Project, check_project, found_file, load_project
from reconciler.config.projectfile import ProjectForm, project_schema, schema_text
from reconciler.config.yamltext import document
from reconciler.errors import InputError, ReconcileError, RefusedError

HEAD = "apiVersion: reconcile/v1\nkind: Project\nspec:\n  dialect: postgresql\n"

FULL = """\
apiVersion: reconcile/v1
kind: Project
spec:
  dialect: postgresql
  desired: manifests/
  migrations: migrations/
  scratch: embedded
  schemas: [app, public]
  columnOrder: ignore
  unmanaged: [{kind: table, name: "legacy_*", reason: owned by the ERP}]
  ignoreDrift: [{address: "index app.users.x", until: 2027-01-31, reason: later}]
  environments:
    dev: {url: "sqlite:///dev.db", policy: none}
    staging: {url: "${STAGING_URL}", branch: release, remote: origin}
    prod: {url: {env: PROD_DATABASE_URL}}
    file: {url: {file: secret/url}}
  interval: 5m
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("RECONCILE_CONFIG", "STAGING_URL", "PROD_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    secrets.forget()
    yield
    secrets.forget()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    for name in (".git", "manifests", "migrations", "deep/er"):
        (folder / name).mkdir(parents=True)
    return folder


def project(root: Path, text: str = FULL) -> Project:
    (root / "reconcile.yaml").write_text(text)
    return load_project(file=root / "reconcile.yaml")


def said(root: Path, text: str) -> list[str]:
    (root / "reconcile.yaml").write_text(text)
    _, findings = check_project(root / "reconcile.yaml")
    return [f"{f.span.line} {f.level}: {f.message}" for f in findings]


def test_everything_in_the_file_is_in_the_project(root: Path) -> None:
    found = project(root)
    assert found.root == root and found.file == root / "reconcile.yaml"
    assert (found.dialect, found.desired, found.column_order, found.interval) == (
        "postgresql",
        "manifests/",
        "ignore",
        300,
    )
    assert found.manifests == root / "manifests" and found.migrations == root / "migrations"
    assert found.lockfile == root / "migrations" / "schema.lock"
    assert found.schemas == ("app", "public") and found.scratch_url() == "embedded"
    assert found.unmanaged[0].name == "legacy_*" and found.unmanaged[0].schema == "*"
    assert found.ignore_drift[0].until == datetime.date(2027, 1, 31)
    assert [e.name for e in found.environments] == ["dev", "staging", "prod", "file"]
    assert found.environment("dev").policy == "none" and found.environment("prod").policy == "merged"


def test_what_is_not_written_has_a_default(root: Path) -> None:
    found = project(root, HEAD)
    assert (found.desired, found.migrations, found.interval) == ("manifests/", root / "migrations", 60)
    assert found.schemas is None and found.scratch is None and found.scratch_url() == "" and not found.environments


def test_the_ref_that_an_environment_tracks(root: Path) -> None:
    found = project(root)
    assert found.environment("prod").tracked_ref == "refs/heads/main"
    assert found.environment("staging").tracked_ref == "refs/remotes/origin/release"


def test_an_unknown_environment_names_the_nearest_and_the_known(root: Path) -> None:
    with pytest.raises(ReconcileError) as caught:
        project(root).environment("stagin")
    assert caught.value.next == "did you mean staging?"
    with pytest.raises(ReconcileError) as caught:
        project(root).environment("qa")
    assert caught.value.next == "known: dev, file, prod, staging"


# Where the file is.


def test_the_file_is_found_from_below_up_to_the_root_of_the_repository(root: Path) -> None:
    project(root)
    assert found_file(root / "deep/er") == root / "reconcile.yaml"
    (root / "deep/reconcile.yaml").write_text(FULL)
    assert found_file(root / "deep/er") == root / "deep/reconcile.yaml"


def test_a_file_above_the_repository_is_not_taken(root: Path) -> None:
    (root.parent / "reconcile.yaml").write_text(FULL)
    with pytest.raises(ReconcileError, match=r"no reconcile\.yaml") as caught:
        found_file(root / "deep")
    assert "reconcile init" in caught.value.next


def test_outside_of_a_repository_only_the_folder_itself_counts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "reconcile.yaml").write_text(FULL)
    assert found_file(tmp_path) == tmp_path / "reconcile.yaml"
    with pytest.raises(ReconcileError):
        found_file(tmp_path / "a")


def test_the_variable_names_the_file_and_an_option_wins(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(root)
    (root / "deep/other.yaml").write_text(HEAD)
    monkeypatch.setenv("RECONCILE_CONFIG", str(root / "deep/other.yaml"))
    assert load_project(root).root == root / "deep"
    assert load_project(root, root / "reconcile.yaml").root == root


def test_a_file_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(ReconcileError, match="cannot read"):
        load_project(file=root / "nowhere.yaml")


# URLs.


def test_a_variable_is_read_when_the_url_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = project(root)
    monkeypatch.setenv("PROD_DATABASE_URL", " postgresql://ada:canary9@h/db \n")
    monkeypatch.setenv("STAGING_URL", "postgresql://h/staging")
    assert found.environment("prod").url() == "postgresql://ada:canary9@h/db"
    assert found.environment("staging").url() == "postgresql://h/staging"
    assert secrets.scrubbed("canary9 failed") == "*** failed"


@pytest.mark.parametrize(("name", "variable"), [("prod", "PROD_DATABASE_URL"), ("staging", "STAGING_URL")])
def test_a_missing_variable_is_named_with_its_place(root: Path, name: str, variable: str) -> None:
    with pytest.raises(ReconcileError, match=variable) as caught:
        project(root).environment(name).url()
    assert "reconcile.yaml:" in caught.value.where and f"export {variable}" in caught.value.next


def test_an_empty_variable_is_as_good_as_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROD_DATABASE_URL", "  ")
    with pytest.raises(ReconcileError, match="is empty"):
        project(root).environment("prod").url()


def test_a_part_of_a_url_comes_from_a_variable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "canary9")
    found = project(root, HEAD + '  environments: {a: {url: "postgresql://ada:${DB_PASSWORD}@h/db"}}')
    assert found.environment("a").url() == "postgresql://ada:canary9@h/db"
    assert "canary9" not in str(found.environment("a").url_source) + repr(found)
    assert secrets.scrubbed("x canary9") == "x ***"


def test_the_first_line_of_a_file_is_a_url(root: Path) -> None:
    (root / "secret").mkdir()
    (root / "secret/url").write_text("postgresql://ada:canary9@h/db\nsecond\n")
    assert project(root).environment("file").url() == "postgresql://ada:canary9@h/db"
    assert secrets.scrubbed("canary9") == "***"


def test_a_mounted_secret_may_be_outside_of_the_project(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mounted").write_text("postgresql://h/db")
    found = project(root, HEAD + f"  environments: {{a: {{url: {{file: {tmp_path}/mounted}}}}}}")
    assert found.environment("a").url() == "postgresql://h/db"


def test_a_url_that_a_program_prints(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + "  environments: {a: {url: {command: [sh, -c, 'echo postgresql://ada:canary9@h/db; echo more']}}}"
    source = project(root, text).environment("a").url_source
    with pytest.raises(ReconcileError, match="sh is not run") as refused:
        source.url()
    assert refused.value.exit_code == 3 and "RECONCILE_COMMANDS=1" in refused.value.next
    monkeypatch.setenv("RECONCILE_COMMANDS", "1")
    assert source.url() == "postgresql://ada:canary9@h/db"
    assert secrets.scrubbed("canary9") == "***" and "canary9" not in f"{source} {source!r}"


@pytest.mark.parametrize("program", ["[sh, -c, 'echo canary9 >&2; exit 3']", "[/no/such/program]", "[sh, -c, ':']"])
def test_a_program_that_gives_no_url_is_an_error_that_does_not_show_what_it_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setenv("RECONCILE_COMMANDS", "1")
    with pytest.raises(ReconcileError) as error:
        project(root, HEAD + f"  environments: {{a: {{url: {{command: {program}}}}}}}").environment("a").url()
    assert "canary9" not in str(error.value)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_url_is_an_error_that_does_not_show_it(root: Path, content: bytes | None) -> None:
    if content is not None:
        (root / "secret").mkdir()
        (root / "secret/url").write_bytes(content)
    with pytest.raises(ReconcileError, match="secret/url"):
        project(root).environment("file").url()


SQLITE = [
    ("sqlite:///dev.db", "sqlite:///{root}/dev.db"),
    ("sqlite:///data/dev.db?timeout=5", "sqlite:///{root}/data/dev.db?timeout=5"),
    ("sqlite+pysqlite:///dev.db", "sqlite+pysqlite:///{root}/dev.db"),
    ("sqlite:////abs/dev.db", "sqlite:////abs/dev.db"),
    ("sqlite:///:memory:", "sqlite:///:memory:"),
    ("sqlite:///file:x?uri=true", "sqlite:///file:x?uri=true"),
    ("sqlite://", "sqlite://"),
]


@pytest.mark.parametrize(("written", "meant"), SQLITE)
def test_a_relative_sqlite_file_is_one_of_the_project(root: Path, written: str, meant: str) -> None:
    found = project(root, HEAD + f"  environments: {{a: {{url: '{written}'}}}}")
    assert found.environment("a").url() == meant.format(root=root)


@pytest.mark.parametrize("scratch", ["env:SCRATCH", "'${SCRATCH}'", "{env: SCRATCH}"])
def test_the_scratch_database_may_come_from_a_variable(
    root: Path, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCH", "postgresql://h/scratch")
    assert project(root, f"{HEAD}  scratch: {scratch}\n").scratch_url() == "postgresql://h/scratch"


# What is refused, and what is warned of.

OUTSIDE = ["/etc", "../x", "a/../../x", "~/x", "C:/x", "a\\..\\x", "link", "link/deeper", "' '"]


@pytest.mark.parametrize("key", ["desired", "migrations"])
@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leaves_the_project_is_refused(root: Path, tmp_path: Path, key: str, path: str) -> None:
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(InputError) as caught:
        project(root, f"{HEAD}  {key}: {path}\n")
    assert caught.value.findings[0].span.line == 5 and caught.value.findings[0].rule == "path"


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_a_command_is_given_is_refused_alike(root: Path, tmp_path: Path, path: str) -> None:
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(RefusedError):
        project(root, HEAD).path(path.strip("'"))


def test_a_link_within_the_project_is_taken(root: Path) -> None:
    (root / "here").symlink_to("manifests")
    assert project(root, HEAD + "  desired: here\n").manifests == root / "here"


ENVIRONMENT = HEAD + "  environments:\n    a: "

WRONG = [
    (HEAD.replace("v1", "v2"), 1, "apiVersion: needs reconcile/v1, not 'reconcile/v2'"),
    (HEAD.replace("postgresql", "oracle"), 4, "spec.dialect: 'oracle' is not one of mysql, postgresql, sqlite"),
    (HEAD + "  desird: x", 5, "spec: unknown key desird"),
    (HEAD + "  desired: models:x", 5, "'models:x' names no object"),
    (HEAD + "  desired: models:a.b:C; import os", 5, "'models:a.b:C; import os' names no object"),
    (HEAD + "  scratch: somewhere", 5, "'somewhere' is no database URL"),
    (HEAD + "  interval: 0s", 5, "spec.interval: '0s' is not a duration such as 30s, 5m or 1h"),
    (
        HEAD + "  ignoreDrift: [{address: x, until: soon, reason: y}]",
        5,
        "spec.ignoreDrift[0].until: 'soon' is not a date",
    ),
    (HEAD + "  ignoreDrift: [{address: x, reason: y}]", 5, "spec.ignoreDrift[0]: until is missing"),
    (ENVIRONMENT + "{url: 'sqlite://', polciy: none}", 6, "spec.environments.a: unknown key polciy"),
    (ENVIRONMENT + "{url: 'sqlite://', policy: no}", 6, "spec.environments.a.policy: 'no' is not one of merged, none"),
    (ENVIRONMENT + "{}", 6, "spec.environments.a: url is missing"),
    (ENVIRONMENT + "{url: {env: A, file: b}}", 6, "needs one of env, file and command"),
    (ENVIRONMENT + "{url: {}}", 6, "needs one of env, file and command"),
    (ENVIRONMENT + "{url: {file: ../b}}", 6, "path '../b' leaves the project"),
    (ENVIRONMENT + "{url: localhost}", 6, "'localhost' is no database URL"),
    (ENVIRONMENT + "{url: '${A B}'}", 6, "'A B' is no name of an environment variable"),
    (ENVIRONMENT + "{url: 'sqlite://', branch: a..b}", 6, "'a..b' is no name of a git branch"),
    (ENVIRONMENT + "{url: 'sqlite://', branch: --x}", 6, "spec.environments.a.branch: '--x' is not the name of"),
    (ENVIRONMENT + "{url: 'sqlite://', remote: --x}", 6, "'--x' is no name of a git remote"),
    ("a: *x", 1, "alias *x"),
    ("", 1, "the file holds nothing"),
    (HEAD + "---\n" + HEAD, 6, "a second document in this file"),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
def test_what_is_wrong_is_said_with_its_line(root: Path, text: str, line: int, message: str) -> None:
    assert any(f.startswith(f"{line} error: {message}") for f in said(root, text))
    with pytest.raises(InputError):
        load_project(file=root / "reconcile.yaml")


def test_a_file_that_is_right_has_nothing_said_about_it(root: Path) -> None:
    assert said(root, FULL) == []


@pytest.mark.parametrize("url", ["postgresql://ada:canary9@h/db", "postgresql://h/db?password=canary9"])
def test_a_password_in_the_file_is_a_warning_that_does_not_repeat_it(root: Path, url: str) -> None:
    text = HEAD + f"  environments: {{a: {{url: '{url}'}}}}"
    assert said(root, text) == ["5 warning: a password stands in this file"]
    found = project(root, text)
    assert secrets.scrubbed("canary9") == "***" and "canary9" not in repr(found)
    assert found.environment("a").url() == url
    _, findings = check_project(root / "reconcile.yaml")
    assert "canary9" not in str(findings) + repr(findings)


def test_a_wrong_url_is_not_shown_with_its_password(root: Path) -> None:
    found = said(root, HEAD + "  environments: {a: {url: 'host=h password=canary9'}}")
    assert found and "canary9" not in str(found)


def test_a_folder_that_is_not_there_is_a_warning(root: Path) -> None:
    (root / "migrations").rmdir()
    assert said(root, FULL) == ["6 warning: folder migrations/ does not exist"]


@pytest.mark.parametrize(("text", "seconds"), [("1", 1), ("30s", 30), ("2m", 120), ("1h", 3600)])
def test_a_duration(root: Path, text: str, seconds: float) -> None:
    assert project(root, HEAD + f"  interval: {text}").interval == seconds


@pytest.mark.parametrize("table", ["alembic_version", "app.versions"])
def test_the_version_table(root: Path, table: str) -> None:
    assert project(root, HEAD).version_table == "alembic_version"
    assert project(root, HEAD + f"  versionTable: {table}").version_table == table


@pytest.mark.parametrize("table", ["a.b.c", "a b", 'a"; drop table b', "1a", "."])
def test_a_version_table_is_a_plain_name(root: Path, table: str) -> None:
    assert "spec.versionTable" in said(root, HEAD + f"  versionTable: '{table}'")[0]


@pytest.mark.parametrize("desired", ["models:app.db:Base", "flask:app:create_app"])
def test_models_are_no_folder(root: Path, desired: str) -> None:
    assert project(root, HEAD + f"  desired: {desired}").manifests is None


def test_the_committed_schema_is_what_the_forms_give() -> None:
    committed = Path(__file__).parents[3] / "schemas/project.schema.json"
    if os.environ.get("UPDATE_SCHEMAS"):
        committed.write_text(schema_text())
    assert committed.read_text() == schema_text(), "to write it anew: UPDATE_SCHEMAS=1 pytest tests/unit/config"


@pytest.mark.parametrize("text", [FULL, *(text for text, _, message in WRONG if message.startswith("spec"))])
def test_an_editor_with_the_schema_sees_what_we_see(root: Path, text: str) -> None:
    """What the schema alone refuses is what the type refuses."""
    source = document(text, "x").documents[0]
    assert bool(violations(source, project_schema())) == (converted(source, ProjectForm, dict)[0] is None)


def test_what_is_left_alone_is_of_a_kind_that_there_is(root: Path) -> None:
    """Else nothing would be left alone, and a plan would drop it."""
    text = FULL.replace("{kind: table, name: \"legacy_*\"", "{kind: Table, name: \"legacy_*\"")
    assert [f for f in said(root, text) if "'Table'" in f] == [
        "10 error: there is no kind 'Table', so nothing would be left alone"
    ]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("drop", set()),
        ("tombstone", {"public.users", "public.users.phone", "app.log", "app.log.at"}),
        ("{tombstone: [app.*]}", {"app.log", "app.log.at"}),
        ("{tombstone: [users.phone]}", {"public.users.phone"}),
        ("{tombstone: [public.users]}", {"public.users", "public.users.phone"}),
        ("{default: tombstone, drop: [log]}", {"public.users", "public.users.phone"}),
        ("{default: tombstone, drop: [app.*], tombstone: ['*.at']}",
         {"public.users", "public.users.phone", "app.log.at"}),
    ],
)  # fmt: skip
def test_patterns_say_which_drops_are_tombstones(root: Path, written: str, kept: set[str]) -> None:
    drops = project(root, f"{HEAD}  drops: {written}\n").drops
    every = (("public", "users", ""), ("public", "users", "phone"), ("app", "log", ""), ("app", "log", "at"))
    assert {".".join(filter(None, names)) for names in every if drops.keeps(*names)} == kept
    assert drops.keeps_any == bool(kept)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("tombstones", "drop, tombstone"),
        ("{tombstone: app.*}", "list"),
        ("{default: keep}", "drop, tombstone"),
        ("{keep: [a]}", "keep"),
        ("[users]", "needs drop or tombstone or a mapping"),
    ],
)
def test_other_words_for_drops_are_told_of(root: Path, written: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        project(root, f"{HEAD}  drops: {written}\n")
    assert said in str(error.value), error.value
