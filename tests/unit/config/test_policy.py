"""policy.yaml: what is read, and what is said of what cannot be meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.config.policy import read_policy
from reconciler.config.policyfile import policy_schema
from reconciler.config.projectfile import schema_text
from reconciler.errors import ForbiddenError

HEAD = """apiVersion: reconcile/v1
kind: TrustPolicy
spec:
  repository: example.com/shop
  root: {threshold: 2, by: [dba]}
  groups:
    dba: [alice@example.com, bob@example.com]
  environments:
"""
FULL = HEAD + """\
    dev: {}
    staging:
      merged: {branch: main, remote: origin}
    prod:
      merged: {branch: main}
      signed:
        threshold: 1
        by: [dba, carol@example.com]
        destructive: {threshold: 2, by: [dba]}
        python: {threshold: 2}
        validFor: 3d
      breakGlass: {threshold: 1, by: [carol@example.com]}
      promotesFrom: staging
      soak: 24h
      windows:
        - allow: {cron: "0 22 * * 1-5", duration: 4h, timeZone: Europe/Berlin}
        - deny: {cron: "0 0 24 12 *", duration: 3d, reason: Christmas}
      url: {env: PROD_URL}
    eu1: {signed: {threshold: 1, by: [dba]}, fleet: tenants}
    eu2: {signed: {threshold: 1, by: [dba]}, fleet: tenants}
"""


def test_a_whole_policy() -> None:
    found = read_policy(FULL.encode(), "policy.yaml", Path("/"))
    prod = found.rules("prod")
    assert prod is not None and prod.signed is not None and prod.break_glass is not None
    assert prod.word == "merged and signed" and prod.soak == 86400 and len(prod.windows) == 2
    assert prod.signed.ordinary.who == ("alice@example.com", "bob@example.com", "carol@example.com")
    assert (prod.signed.destructive.threshold, prod.signed.destructive.who[0]) == (2, "alice@example.com")
    assert prod.signed.python.who == prod.signed.ordinary.who and not prod.signed.author_may
    assert found.rules("dev").word == "none" and found.rules("staging").word == "merged"  # type: ignore[union-attr]
    one, two = found.rules("eu1"), found.rules("eu2")
    assert one is not None and two is not None
    assert one.subject == two.subject == "fleet:tenants" and one.digest == two.digest
    assert str(found.urls["prod"]) == "env:PROD_URL"
    assert found.principals == {"alice@example.com", "bob@example.com", "carol@example.com"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("    prod: {signed: {threshold: 3, by: [dba]}}", "3 persons must agree, and 2 are named"),
        ("    prod: {signed: {threshold: 0, by: [dba]}}", "threshold"),
        ("    prod: {signed: {threshold: 1}}", "by is missing"),
        ("    prod: {signed: {threshold: 1, by: ['*']}}", "a principal of allowed_signers"),
        ("    prod: {breakGlass: {threshold: 1, by: [dba]}}", "no glass to break"),
        ("    prod: {promotesFrom: stagin}", "no other environment"),
        ("    prod: {promotesFrom: prod}", "no other environment"),
        ("    prod: {soak: 1h}", "soak without promotesFrom"),
        ("    prod: {windows: [{allow: {cron: '0 25 * * *', duration: 1h}}]}", "is no cron expression"),
        ("    prod: {windows: [{allow: {cron: '0 0 30 2 *', duration: 1h}}]}", "Bad day-of-month"),
        ("    prod: {windows: [{allow: {cron: '* * * * * *', duration: 1h}}]}", "has not five fields"),
        ("    prod: {windows: [{deny: {cron: '0 1 * * *', duration: 1h, timeZone: ../../x}}]}", "no time zone"),
        ("    prod: {windows: [{}]}", "either allow or deny"),
        ("    prod: {url: {file: secrets/url}}", "would be a file of the repository"),
        ("    prod: {merged: {branch: '--upload-pack=x'}}", "the name of the git branch"),
        ("    prod: {merged: {remote: '--x'}}", "the git remote"),
        ("    prod: {singed: {}}", "unknown key singed"),
    ],
)
def test_what_cannot_be_meant(text: str, reason: str) -> None:
    with pytest.raises(ForbiddenError) as error:
        read_policy((HEAD + text + "\n").encode(), "policy.yaml", Path("/"))
    assert reason in str(error.value), str(error.value)
    assert all(f.span.line for f in error.value.findings)


def test_a_policy_that_is_a_bomb_is_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*{'a' if not i else f'b{i - 1}'}, *a]\n" for i in range(30))
    with pytest.raises(ForbiddenError):
        read_policy(bomb.encode(), "policy.yaml", Path("/"))


def test_the_committed_schema_is_what_the_forms_give() -> None:
    committed = Path(__file__).parents[3] / "schemas/trust-policy.schema.json"
    text = schema_text(policy_schema())
    if os.environ.get("UPDATE_SCHEMAS"):
        committed.write_text(text)
    assert committed.read_text() == text, "to write it anew: UPDATE_SCHEMAS=1 pytest tests/unit/config"
