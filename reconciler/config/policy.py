"""The trusted policy: `policy.yaml` of a trust root, read and resolved.

Knows the file's words and what they must agree on. Where it lies, and whether it may be trusted, is `review.trust`'s.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from ..diagnostics import Finding, has_errors, in_order
from ..errors import ForbiddenError
from .checked import converted, did_you_mean
from .environment import Environment, UrlSource, url_source
from .nodes import Document, Key
from .policyfile import (
    BreakGlassForm,
    EnvironmentPolicyForm,
    PolicySpecForm,
    RuleForm,
    SignedForm,
    TimeForm,
    TrustPolicyForm,
    WindowForm,
    policy_schema,
)
from .projectfile import Elsewhere
from .rules import UNLISTED, Rule, Rules, Signed, Window
from .yamltext import document

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Who may change the trust root, and what each environment asks; `urls` are those that the policy fixes."""

    repository: str
    root: Rule
    environments: tuple[Rules, ...] = ()
    urls: Mapping[str, UrlSource] = {}

    def rules(self, name: str) -> Rules | None:
        return next((r for r in self.environments if r.name == name), None)

    @property
    def principals(self) -> frozenset[str]:
        """Everybody whom the policy names."""
        rules = [self.root, *(r for e in self.environments for r in _rules_of(e))]
        return frozenset(p for r in rules for p in r.who)

    def over(self, environment: Environment) -> Environment:
        """The environment as this policy has it: what reconcile.yaml says of policy, branch and remote is void."""
        rules = self.rules(environment.name)
        if rules is None:
            return msgspec.structs.replace(environment, policy=UNLISTED)
        return msgspec.structs.replace(
            environment,
            policy=rules.word,
            branch=rules.branch or environment.branch,
            remote=rules.remote,
            url_source=self.urls.get(environment.name, environment.url_source),
            rules=rules,
        )


def read_policy(text: bytes, name: str, root: Path) -> Policy:
    """The policy in a text; relative paths in its URLs are taken from `root`. Raises ForbiddenError with findings."""
    parsed = document(text, name)
    findings = list(parsed.findings)
    if not findings:
        form, findings = converted(parsed.documents[0], TrustPolicyForm, policy_schema)
        if form is not None and not findings:
            findings = list(_complaints(form.spec, parsed.documents[0]))
            if not has_errors(findings):
                return _resolved(form.spec, parsed.documents[0], root)
    raise ForbiddenError("the policy is not usable", in_order(findings), where=name)


def _rules_of(e: Rules) -> Iterator[Rule]:
    if e.signed is not None:
        yield from (e.signed.ordinary, e.signed.destructive, e.signed.python)
    if e.break_glass is not None:
        yield e.break_glass


def _resolved(spec: PolicySpecForm, source: Document, root: Path) -> Policy:
    urls = {
        name: url_source(e.url, root, f"environment {name}", source.at("spec", "environments", name, "url"))
        for name, e in spec.environments.items()
        if e.url is not None
    }
    return Policy(
        repository=spec.repository,
        root=_rule(spec.root, spec),
        environments=tuple(_environment(name, e, spec) for name, e in sorted(spec.environments.items())),
        urls=urls,
    )


def _environment(name: str, e: EnvironmentPolicyForm, spec: PolicySpecForm) -> Rules:
    return Rules(
        name=name,
        merged=e.merged is not None,
        branch=e.merged.branch if e.merged else "",
        remote=e.merged.remote if e.merged else None,
        signed=_signed(e.signed, spec) if e.signed else None,
        break_glass=_rule(e.break_glass, spec) if e.break_glass else None,
        promotes_from=e.promotes_from or "",
        soak=seconds(e.soak) if e.soak else 0.0,
        windows=tuple(_window(w) for w in e.windows),
        fleet=e.fleet or "",
    )


def _signed(form: SignedForm, spec: PolicySpecForm) -> Signed:
    ordinary = _rule(form, spec)
    return Signed(
        ordinary=ordinary,
        destructive=_rule(form.destructive, spec, form) if form.destructive else ordinary,
        python=_rule(form.python, spec, form) if form.python else ordinary,
        author_may=form.author_may_approve,
        author_by_name=form.author_known_by == "name",
        valid_for=seconds(form.valid_for),
    )


def _rule(
    form: RuleForm | SignedForm | BreakGlassForm, spec: PolicySpecForm, around: SignedForm | None = None
) -> Rule:
    names = form.by if form.by is not None else around.by if around is not None else []
    return Rule(threshold=form.threshold, who=tuple(sorted(_persons(names, spec))))


def _persons(names: list[str], spec: PolicySpecForm) -> set[str]:
    return {person for name in names for person in spec.groups.get(name, [name])}


def _window(form: WindowForm) -> Window:
    time = form.allow or form.deny
    assert time is not None
    return Window(
        allow=form.allow is not None,
        cron=time.cron,
        duration=seconds(time.duration),
        zone=time.time_zone,
        reason=time.reason,
    )


def seconds(text: str) -> float:
    """A duration such as 30m or 7d in seconds."""
    return float(text[:-1]) * _SECONDS[text[-1]]


def _complaints(spec: PolicySpecForm, source: Document) -> Iterator[Finding]:
    for name, members in spec.groups.items():
        for n, member in enumerate(members):
            if member in spec.groups:
                yield _finding(source, f"group {name} holds the group {member}", "name persons", "groups", name, n)
    yield from _reachable(spec.root, spec, source, "root")
    for name, e in spec.environments.items():
        place: tuple[Key, ...] = ("environments", name)
        if e.signed is not None:
            yield from _reachable(e.signed, spec, source, *place, "signed")
            for part in ("destructive", "python"):
                if (rule := getattr(e.signed, part)) is not None:
                    yield from _reachable(rule, spec, source, *place, "signed", part, around=e.signed)
        if e.break_glass is not None:
            yield from _reachable(e.break_glass, spec, source, *place, "breakGlass")
            if e.signed is None:
                message = "there is no glass to break: nothing is signed here"
                yield _finding(source, message, "remove it", *place, "breakGlass")
        yield from _promotion(name, e, spec, source, place)
        if isinstance(e.url, Elsewhere) and e.url.file is not None and not Path(e.url.file).is_absolute():
            message = f"{e.url.file} would be a file of the repository, which a branch can change"
            yield _finding(source, message, "write an absolute path", *place, "url")
        for n, window in enumerate(e.windows):
            yield from _time(window, source, *place, "windows", n)


def _reachable(
    form: RuleForm | SignedForm | BreakGlassForm,
    spec: PolicySpecForm,
    source: Document,
    *place: Key,
    around: SignedForm | None = None,
) -> Iterator[Finding]:
    who = _rule(form, spec, around).who
    if form.threshold > len(who):
        message = f"{form.threshold} persons must agree, and {len(who)} {'is' if len(who) == 1 else 'are'} named"
        yield _finding(source, message, "name more persons, or lower the threshold", *place, "threshold")


def _promotion(
    name: str, e: EnvironmentPolicyForm, spec: PolicySpecForm, source: Document, place: tuple[Key, ...]
) -> Iterator[Finding]:
    before = e.promotes_from
    if before is None:
        if e.soak is not None:
            yield _finding(source, "soak without promotesFrom", "say which environment comes first", *place, "soak")
    elif before == name or before not in spec.environments:
        hint = did_you_mean(before, set(spec.environments) - {name})
        yield _finding(source, f"{before} is no other environment of this policy", hint, *place, "promotesFrom")


def _time(form: WindowForm, source: Document, *place: Key) -> Iterator[Finding]:
    time = form.allow or form.deny
    if (form.allow is None) == (form.deny is None) or time is None:
        yield _finding(source, "a window is either allow or deny", "write one of them", *place)
        return
    where = (*place, "allow" if form.allow else "deny")
    yield from _zone(time, source, *where)
    yield from _cron(time, source, *where)


def _zone(time: TimeForm, source: Document, *where: Key) -> Iterator[Finding]:
    try:
        ZoneInfo(time.time_zone)
    except (ValueError, OSError, KeyError):
        message = f"{time.time_zone!r} is no time zone"
        yield _finding(source, message, "write a name such as Europe/Berlin or UTC", *where, "timeZone")


def _cron(time: TimeForm, source: Document, *where: Key) -> Iterator[Finding]:
    from cronsim import CronSim, CronSimError

    message = "" if len(time.cron.split()) == 5 else f"{time.cron!r} has not five fields"
    try:
        CronSim(time.cron, datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC))
    except CronSimError as error:
        message = message or f"{time.cron!r} is no cron expression: {error}"
    if message:
        yield _finding(source, message, "minute hour day month weekday, such as 0 22 * * 1-5", *where, "cron")


def _finding(source: Document, message: str, next_step: str, *place: Key) -> Finding:
    return Finding(rule="policy", message=message, span=source.at("spec", *place), next=next_step)
