"""The form of `policy.yaml` in a trust root: what may be written, and the JSON Schema that editors complete from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .projectfile import BRANCH, Elsewhere, EnvironmentName, schema_of

DURATION = r"^[1-9][0-9]{0,5}(s|m|h|d)$"
PRINCIPAL = r"^[A-Za-z0-9_][A-Za-z0-9._%+@-]{0,127}$"

Who = Annotated[
    list[Annotated[str, Meta(pattern=PRINCIPAL, description="a principal of allowed_signers, or a group")]],
    Meta(min_length=1, description="Principals of allowed_signers, or names of groups: the persons who count."),
]
Threshold = Annotated[int, Meta(ge=1, le=100, description="How many different persons must agree.")]
Duration = Annotated[str, Meta(pattern=DURATION, description="a duration such as 30m, 24h or 7d")]


class _Form(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    pass


class RuleForm(_Form, frozen=True):
    """How many persons must agree, and who counts (default: those of the rule around it)."""

    threshold: Threshold
    by: Who | None = None


class MergedForm(_Form, frozen=True):
    """Only what is on this branch is applied."""

    branch: Annotated[str, Meta(pattern=BRANCH, description="the name of the git branch that counts")] = "main"
    remote: (
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][\w.-]*$", description="the git remote whose branch counts")] | None
    ) = None


class SignedForm(_Form, frozen=True):
    """Only what enough persons signed is applied."""

    threshold: Threshold
    by: Who
    destructive: Annotated[RuleForm | None, Meta(description="Asked as well of what loses data.")] = None
    python: Annotated[RuleForm | None, Meta(description="Asked as well of revisions that run Python.")] = None
    author_may_approve: Annotated[bool, Meta(description="Whether whoever wrote a revision counts.")] = False
    author_known_by: Annotated[
        Literal["signature", "name"],
        Meta(
            description="signature: who signed the commits; where they are not signed, one approver more is needed. "
            "name: what git says, which whoever commits can choose."
        ),
    ] = "signature"
    valid_for: Annotated[Duration, Meta(description="How long an approval may be valid.")] = "14d"


class BreakGlassForm(_Form, frozen=True):
    """Who may approve in an emergency, with a reason: without windows, promotion and the ordinary thresholds."""

    threshold: Threshold
    by: Who


class TimeForm(_Form, frozen=True):
    """When it begins (cron, five fields), how long it lasts, and in which time zone."""

    cron: str
    duration: Duration
    time_zone: Annotated[str, Meta(description="A name of the IANA database, such as Europe/Berlin.")] = "UTC"
    reason: str = ""


class WindowForm(_Form, frozen=True):
    """A time in which is applied, or one in which is not; the latter wins."""

    allow: TimeForm | None = None
    deny: TimeForm | None = None


class EnvironmentPolicyForm(_Form, frozen=True):
    """What is asked before anything is applied to one environment; nothing: no policy."""

    merged: MergedForm | None = None
    signed: SignedForm | None = None
    break_glass: BreakGlassForm | None = None
    promotes_from: Annotated[
        EnvironmentName | None, Meta(description="The environment that has the same revisions first, and is healthy.")
    ] = None
    soak: Annotated[Duration | None, Meta(description="How long it must have had them.")] = None
    windows: list[WindowForm] = []
    fleet: Annotated[
        EnvironmentName | None, Meta(description="Environments of one fleet in the same state share an approval.")
    ] = None
    url: Annotated[
        str | Elsewhere | None,
        Meta(description="The database's URL, in place of the one in reconcile.yaml: ${VARIABLE}, {env} or {file}."),
    ] = None


class PolicySpecForm(_Form, frozen=True):
    """Who may change this, and what each environment asks."""

    repository: Annotated[
        str, Meta(min_length=1, max_length=200, description="A name that no other repository's policy has.")
    ]
    root: Annotated[BreakGlassForm, Meta(description="Whose signatures a next version of this trust root needs.")]
    groups: dict[EnvironmentName, Who] = {}
    environments: dict[EnvironmentName, EnvironmentPolicyForm] = {}


class TrustPolicyForm(_Form, frozen=True):
    """The policy of a trust root: policy.yaml."""

    api_version: Literal["reconcile/v1"]
    kind: Literal["TrustPolicy"]
    spec: PolicySpecForm


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of `policy.yaml`, generated from the forms above."""
    return schema_of(TrustPolicyForm, "reconcile trust policy", "TrustPolicy")
