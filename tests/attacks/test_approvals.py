"""Attacks on approvals: each is refused with its own reason and exit status 3, and leaves the database as it was."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.approvals import PEOPLE, SIGNED, Team, ssh_keygen

pytestmark = pytest.mark.attacks

COUNTED = "1 of 2"


def newest(team: Team, env: str = "prod") -> list[Path]:
    """The approvals of what is pending."""
    used = team.git("ls-tree", "-r", "--name-only", "HEAD", "approvals").split()
    return [p for p in team.approvals(env) if p.relative_to(team.folder).as_posix() not in used]


def revision_file(team: Team) -> Path:
    return team.folder / str(team.json("history")[-1]["path"])


def test_what_nobody_approved(team: Team) -> None:
    assert "it is not approved" in team.refused()


def test_what_enough_persons_approved_is_applied(team: Team) -> None:
    team.approve("alice", "bob")
    assert "applied" in team.applied()


def test_a_byte_of_a_revision_changed_after_its_approval(team: Team) -> None:
    """5.4, 1"""
    team.approve("alice", "bob")
    file = revision_file(team)
    file.write_text(file.read_text().replace("phone", "phonf"))
    team.commit("a slip")
    said = team.refused()
    assert "stale (revisions moved)" in said
    assert "phonf" in said.split("@@")[-1]


def test_an_approval_for_staging_replayed_on_prod(team: Team) -> None:
    """5.4, 2"""
    team.approve("alice", "bob", env="staging")
    for path in newest(team, "staging"):
        shutil.copy(path, team.folder / "approvals" / "prod")
    assert "it is for staging of example/shop" in team.refused()


def test_an_approval_of_another_repository(team: Team) -> None:
    team.write_trust(repository="example/other")
    team.approve("alice", "bob")
    team.write_trust()
    assert "it is for prod of example/other" in team.refused()


def test_another_base_than_was_approved(team: Team) -> None:
    """5.4, 3"""
    team.approve("alice", "bob")
    shutil.copy(Path(team.urls["prod"].removeprefix("sqlite:///")), team.folder.parent / "kept.db")
    team.applied()
    team.planned("mobile")
    shutil.copy(team.folder.parent / "kept.db", Path(team.urls["prod"].removeprefix("sqlite:///")))
    said = team.refused()
    assert "head, revisions, desired moved" in said


def test_a_revision_slipped_in(team: Team) -> None:
    """5.4, 3"""
    team.approve("alice", "bob")
    team.planned("mobile")
    said = team.refused()
    assert "the revisions are not those that were approved" in said and "head" in said


def test_a_database_changed_by_hand_after_its_approval(team: Team) -> None:
    """5.4, 4"""
    team.approve("alice", "bob")
    team.sql("prod", "ALTER TABLE users ADD COLUMN by_hand integer")
    assert "Drifted" in team.refused()
    assert "as long as it has drifted" in team.refused("--allow-drift")


def test_a_database_recorded_anew_after_its_approval(team: Team) -> None:
    """5.4, 4"""
    team.approve("alice", "bob")
    team.sql("prod", "ALTER TABLE users ADD COLUMN by_hand integer")
    team.run("drift", "--env", "prod", "--adopt")
    said = team.refused()
    assert "recorded moved" in said
    assert "+ column:users.by_hand" in said and "last: record" in said


def test_a_helper_changed_after_the_approval(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """5.4, 5 and 5.5: the revision's file is the same, and what it says is not."""
    helper = team.folder / "helper.py"
    helper.write_text('SQL = "CREATE TABLE good (x integer)"\n')
    team.commit("helper")
    monkeypatch.syspath_prepend(str(team.folder))
    hand_written(team, "import helper", "op.execute(helper.SQL)")
    team.approve("alice", "bob")
    helper.write_text('SQL = "CREATE TABLE evil (x integer)"\n')
    said = team.refused()
    assert "the SQL is not what was approved" in said
    assert "-CREATE TABLE good (x integer)" in said and "+CREATE TABLE evil (x integer)" in said


def hand_written(team: Team, head: str, body: str, name: str = "hand") -> Path:
    """A revision written by hand on top of the newest one, measured and committed."""
    down = team.json("history")[-1]["id"]
    file = team.folder / "migrations" / "versions" / f"{name}.py"
    file.write_text(
        f'"""by hand"""\nfrom alembic import op\n{head}\nrevision = "{name}0001"\ndown_revision = "{down}"\n\n\n'
        f"def upgrade():\n    {body}\n\n\ndef downgrade():\n    pass\n"
    )
    team.run("verify", "--update")
    team.commit(name)
    return file


def test_a_key_that_nobody_trusts(team: Team) -> None:
    """5.4, 6"""
    team.approve("alice", "mallory")
    said = team.refused()
    assert COUNTED in said and "is not in allowed_signers" in said


def test_one_person_with_two_keys(team: Team) -> None:
    """5.4, 7"""
    team.key("alice2")
    team.next_trust(signers="".join(map(team.signer, PEOPLE)) + team.signer("alice", key="alice2"))
    team.approve("alice", "alice2")
    assert f"ordinary: {COUNTED} (alice@example.com)" in team.refused()


def test_the_same_signature_twice(team: Team) -> None:
    """5.4, 7"""
    team.approve("alice")
    (path,) = newest(team)
    shutil.copy(path, path.with_name("again.approval"))
    assert f"ordinary: {COUNTED} (alice@example.com)" in team.refused()


def test_one_key_for_two_persons(team: Team) -> None:
    team.write_trust(signers="".join(map(team.signer, ("alice", "carol", "dave"))) + team.signer("bob", key="alice"))
    assert "one key for two persons" in team.refused()


def test_an_author_who_approves_his_own_work(team: Team) -> None:
    """5.4, 8"""
    team.planned("mobile", author="bob")
    team.approve("alice", "bob")
    said = team.refused()
    assert COUNTED in said and "bob@example.com wrote it and does not count" in said
    team.approve("carol")
    team.applied()


def test_an_author_who_commits_in_the_name_of_another(team: Team) -> None:
    """5.4, 8: git takes any name from whoever has any trusted key."""
    team.git("config", "user.name", "Alice")
    team.git("config", "user.email", "alice@example.com")
    team.planned("mobile", author="bob")
    team.approve("bob", "carol")
    assert "bob@example.com wrote it and does not count" in team.refused()


def test_an_author_who_does_not_sign(team: Team) -> None:
    """5.4, 16: below a signed head lies an unsigned commit; whoever made it may be one of those who approve."""
    team.git("config", "commit.gpgSign", "false")
    team.planned("mobile")
    team.git("config", "commit.gpgSign", "true")
    team.commit("signed, on top")
    team.approve("alice", "bob")
    said = team.refused()
    assert "2 of 3" in said and "do not prove who wrote it" in said
    team.approve("carol")
    team.applied()


def test_a_signature_made_for_git(team: Team) -> None:
    """5.4, 9"""
    team.approve("alice", "bob")
    resigned(team, "bob", namespace="git")
    said = team.refused()
    assert "it was signed for the namespace 'git'" in said and COUNTED in said


def resigned(team: Team, name: str, *, namespace: str = "reconcile-approval-v1") -> None:
    """A person's approval with a signature over the same text in another namespace."""
    mine = [path for path in newest(team) if fingerprint(team, name) == owner(team, path)]
    for path in mine:  # from here on what was approved no longer counts
        head, _, rest = path.read_bytes().partition(b"-----BEGIN SSH SIGNATURE-----\n")
        tail = rest.partition(b"-----END SSH SIGNATURE-----\n")[2]
        statement = tail.partition(b"\n")[0] + b"\n"
        key = team.keys / name
        path.write_bytes(head + ssh_keygen("-Y", "sign", "-n", namespace, "-f", str(key), given=statement) + tail)


def owner(team: Team, path: Path) -> str:
    votes = [v for d in team.json("approvals", "--env", "prod", expect=0) for v in d["votes"]]
    return str(next(v["key"] for v in votes if path.name in v["path"]))


def fingerprint(team: Team, name: str) -> str:
    return ssh_keygen("-l", "-f", str(team.keys / f"{name}.pub")).decode().split()[1]


def test_signers_changed_in_the_branch_that_is_applied(team: Team) -> None:
    """5.4, 10"""
    inside = team.folder / "trust"
    shutil.copytree(team.trust, inside)
    (inside / "1" / "allowed_signers").write_text(team.signer("alice") + team.signer("bob", key="mallory"))
    team.commit("who may sign")
    team.approve("alice", "mallory")
    assert "is not in allowed_signers" in team.refused()
    team.git("config", "reconcile.trust", str(inside))
    assert "lies in the repository's working tree" in team.refused()
    team.git("config", "reconcile.trust", "trust")
    assert "is no place for a trust root" in team.refused()


def test_a_policy_changed_in_the_branch_that_is_applied(team: Team) -> None:
    """5.4, 10: reconcile.yaml says `none`, and the trust root says `signed`."""
    environments = {name: {"url": {"env": f"{name.upper()}_URL"}, "policy": "none"} for name in team.urls}
    team.write_project(environments=environments)
    team.commit("no policy")
    assert "it is not approved" in team.refused()


def test_an_environment_added_in_the_branch_that_is_applied(team: Team) -> None:
    environments = {name: {"url": {"env": f"{name.upper()}_URL"}, "policy": "merged"} for name in team.urls}
    team.write_project(environments={**environments, "other": {"url": {"env": "PROD_URL"}, "policy": "none"}})
    team.commit("a way around")
    before = team.state()
    assert "says nothing of environment other" in team.run("apply", "--env", "other", expect=3)
    assert team.state() == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('* namespaces="reconcile-approval-v1" {key}', "'*' is a pattern"),
        ('*@example.com namespaces="reconcile-approval-v1" {key}', "is a pattern"),
        ('bob@example.com,eve@example.com namespaces="reconcile-approval-v1" {key}', "names several persons"),
        ("bob@example.com {key}", "it has no namespaces"),
        ('bob@example.com namespaces="*" {key}', "its namespaces hold a pattern"),
        ('bob@example.com cert-authority,namespaces="reconcile-approval-v1" {key}', "lets somebody else make keys"),
    ],
)
def test_signers_that_are_not_safe(team: Team, line: str, reason: str) -> None:
    """5.4, 11"""
    team.approve("alice", "mallory")
    lines = "".join(map(team.signer, ("alice", "carol", "dave"))) + line.format(key=team.public("mallory")) + "\n"
    team.write_trust(signers=lines)
    assert reason in team.refused()


@pytest.mark.parametrize("options", [',valid-before="20200101"', ',valid-after="29990101"'])
def test_a_key_out_of_its_time_by_the_appliers_clock(team: Team, options: str) -> None:
    """5.4, 12"""
    team.approve("alice", "bob")
    team.next_trust(signers="".join(team.signer(name, options if name == "bob" else "") for name in PEOPLE))
    said = team.refused()
    assert COUNTED in said and "is out of its time" in said


def test_a_revoked_key(team: Team) -> None:
    """5.4, 13"""
    team.approve("alice", "bob")
    team.next_trust(revoked="bob")
    said = team.refused()
    assert COUNTED in said and "was revoked" in said


def test_a_signature_cut_short(team: Team) -> None:
    """5.4, 14"""
    team.approve("alice", "bob")
    path = newest(team)[0]
    path.write_bytes(path.read_bytes()[:300])
    said = team.refused()
    assert COUNTED in said and "cut short" in said


def test_line_ends_changed_in_an_approval(team: Team) -> None:
    """5.4, 14"""
    team.approve("alice", "bob")
    path = newest(team)[0]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    said = team.refused()
    assert COUNTED in said and "CRLF" in said
    assert "*.approval -text" in (team.folder / "approvals" / ".gitattributes").read_text()


def test_no_trust_root(team: Team) -> None:
    """5.4, 15"""
    team.approve("alice", "bob")
    team.git("config", "--unset", "reconcile.trust")
    environments = {name: {"url": {"env": f"{name.upper()}_URL"}, "policy": "signed"} for name in team.urls}
    team.write_project(environments=environments)
    team.commit("signed, it says")
    assert "there is no trust root to judge them by" in team.refused()


def test_a_rebase_and_a_squash_keep_what_was_approved(team: Team) -> None:
    """5.4, 17: what is signed is content, so that is no attack, and nothing is lost by it."""
    team.approve("alice", "bob")
    base = team.git("rev-parse", "HEAD~1").strip()
    team.git("reset", "-q", "--soft", base)
    team.commit("squashed")
    team.applied()


def test_an_approval_whose_copy_says_something_else(team: Team) -> None:
    """5.4, 18: the copy behind a signature, keys twice or not, is never what is judged."""
    team.approve("alice", "bob")
    for path in newest(team):
        head, end, rest = path.read_bytes().partition(b"-----END SSH SIGNATURE-----\n")
        text = rest.partition(b"\n")[2]
        path.write_bytes(head + end + b'{"environment":"staging","environment":"prod"}\n' + text)
    file = revision_file(team)
    file.write_text(file.read_text() + "\n# another\n")
    team.commit("another")
    assert "forged or damaged" in team.refused()


def test_an_approval_whose_end_was_moved(team: Team) -> None:
    team.approve("alice", "bob", more=("--valid-for", "1h"))
    for path in newest(team):
        path.write_bytes(path.read_bytes().replace(b"not-after: 2", b"not-after: 3", 1))
    assert "its verdict, time or reason are not those that were signed" in team.refused()


def test_an_approval_that_has_ended(team: Team) -> None:
    team.approve("alice", "bob", more=("--valid-for", "1s"))
    subprocess.run(["sleep", "1.2"], check=True)
    assert "it ended at" in team.refused()


class Later:
    """The clock of an approver who set it a day ahead, to have more time."""

    UTC = datetime.UTC
    timedelta = datetime.timedelta

    class datetime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.now(tz) + datetime.timedelta(days=1)


def test_an_approval_for_longer_than_the_policy_allows(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    args = ("approve", "--env", "prod", "--key", str(team.keys / "alice"), "--yes", "--valid-for", "30d")
    text = team.run(*args, expect=3)
    assert "longer than an approval may be valid" in text
    monkeypatch.setattr("reconciler.control.approving.datetime", Later)
    team.approve("alice", "bob")
    assert "longer than the policy allows" in team.refused()


def test_a_rejection_by_somebody_who_counts(team: Team) -> None:
    team.approve("alice", "bob")
    team.approve("carol", more=("--reject", "--reason", "not on a Friday"))
    said = team.refused()
    assert "carol@example.com rejected it" in said and "not on a Friday" in said
    team.approve("carol")
    team.applied()


def test_a_rejection_turned_into_an_approval(team: Team) -> None:
    team.approve("alice")
    team.approve("bob", more=("--reject", "--reason", "no"))
    for path in newest(team):
        path.write_bytes(path.read_bytes().replace(b"verdict: reject", b"verdict: approve"))
    assert "are not those that were signed" in team.refused()


def test_a_policy_that_moved(team: Team) -> None:
    team.approve("alice", "bob")
    team.environments["prod"] = {"signed": {**SIGNED, "validFor": "7d"}}
    team.next_trust()
    said = team.refused()
    assert "policy moved" in said and "'valid_for': 604800.0" in said


def test_settings_that_moved(team: Team) -> None:
    team.approve("alice", "bob")
    team.write_project(ignoreDrift=[{"address": "*", "until": "2999-01-01", "reason": "none"}])
    assert "settings moved" in team.refused()


def test_another_version_of_this_program(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    team.approve("alice", "bob")
    monkeypatch.setattr("reconciler.control.approvals.__version__", "9.9.9")
    assert "tool moved" in team.refused()


def test_used_approvals_are_not_good_for_a_second_time(team: Team) -> None:
    kept = team.folder.parent / "kept.db"
    file = Path(team.urls["prod"].removeprefix("sqlite:///"))
    team.approve("alice", "bob")
    team.applied()
    shutil.copy(file, kept)
    down = team.json("history")[0]["id"]
    team.sql("prod", "ALTER TABLE users DROP COLUMN phone", f"UPDATE alembic_version SET version_num = '{down}'")
    assert "recorded moved" in team.refused()


def test_a_person_who_does_not_count(team: Team) -> None:
    team.approve("alice", "dave")
    assert f"ordinary: {COUNTED} (alice@example.com)" in team.refused()


def test_a_trust_root_changed_without_a_quorum(team: Team) -> None:
    team.write_trust(version=2, signers="".join(map(team.signer, (*PEOPLE, "mallory"))))
    assert "version 2 of the trust root is not agreed to" in team.refused()
    team.run("trust", "--sign", "--key", str(team.keys / "mallory"), expect=3)
    team.run("trust", "--sign", "--key", str(team.keys / "alice"))
    assert "1 of 2 signed it (alice@example.com)" in team.refused()
    team.run("trust", "--sign", "--key", str(team.keys / "bob"))
    assert "it is not approved" in team.refused()
    policy = team.trust / "2" / "policy.yaml"
    policy.write_text(policy.read_text().replace('"threshold": 2', '"threshold": 1', 1))
    assert "version 2 of the trust root is not agreed to" in team.refused()


def test_a_trust_root_replaced_or_taken_back(team: Team) -> None:
    team.approve("alice", "bob")
    team.write_trust(signers="".join(map(team.signer, (*PEOPLE, "mallory"))))
    assert "not the one that this environment was last applied under" in team.refused()
    team.run("trust", "--take-on", "--env", "prod", "--reason", "alice and bob left")
    team.applied()
    assert "alice and bob left" in team.run("audit", "--env", "prod")


def test_a_symbolic_link_in_the_trust_root(team: Team) -> None:
    file = team.trust / "1" / "allowed_signers"
    file.rename(team.folder / "signers")
    file.symlink_to(team.folder / "signers")
    assert "is a symbolic link" in team.refused()


def test_a_reason_that_would_mislead(team: Team) -> None:
    args = ("approve", "--env", "prod", "--key", str(team.keys / "alice"), "--yes", "--reject", "--reason")
    assert "one plain line" in team.run(*args, "fine\nverdict: approve", expect=1)
    assert "one plain line" in team.run(*args, "fine \u202e", expect=1)


def test_the_text_of_a_statement_cannot_be_read_two_ways() -> None:
    """SQL that looks like the lines between statements does not make two sequences of statements one text."""
    from reconciler.apply.render import Rendered, sql_text
    from reconciler.model.changes import Statement
    from reconciler.sources.revisions import Revision

    def text(*sql: str) -> str:
        said = tuple(Statement(s, transactional=True) for s in sql)
        item = Rendered(revision=Revision(id="a"), statements=said, segments=(), digest="", follows=())
        return sql_text([item])

    one = text("SELECT 1\n-- 2: 1 line\nSELECT 2")
    two = text("SELECT 1", "SELECT 2")
    assert one != two and "1: 3 lines" in one
