"""Views, functions, triggers, rules, policies, statistics objects and event triggers out of a snapshot's rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...model.address import Address
from ...model.objects import Object
from ...model.programs import (
    EventTrigger,
    Function,
    MaterializedView,
    Rule,
    Statistics,
    Trigger,
    TriggerState,
    View,
    ViewColumn,
)
from ...model.security import Policy
from ...model.tables import Options
from .aggregates import aggregate_definition
from .inspect_tables import COMPRESSION, STORAGE
from .snapshot import (
    ATTRDEF,
    CLASS,
    EVENT_TRIGGER,
    POLICY,
    PROC,
    REWRITE,
    STATISTICS,
    TRIGGER,
    Row,
    Snapshot,
    options_of,
)
from .spelling import columns_sorted, numbered, unbracketed

_ENABLED: Final = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
_COMMANDS: Final[dict[str, Any]] = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
_ROUTINES: Final[dict[str, Any]] = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window"}


def views(s: Snapshot) -> Iterator[Object]:
    for oid, r in s.relations.items():
        if r[3] not in "vm":
            continue
        own = s.addresses[CLASS, oid]
        columns = s.columns[oid]
        refs = set(s.depends(CLASS, oid)).union(*(s.depends(ATTRDEF, c[9]) for c in columns if c[9])) - {own}
        fields: dict[str, Any] = {
            "schema": own.schema,
            "name": own.name,
            "comment": s.comment(CLASS, oid),
            "refs": tuple(sorted(refs)),
            "definition": r[19].strip().removesuffix(";"),
            "columns": tuple(ViewColumn(c[2], _typed(s, c)) for c in columns),
            "options": (*options_of(r[5]), *options_of(r[6], "toast.")),
            "column_comments": tuple((c[2], t) for c in columns if (t := s.comment(CLASS, oid, c[1])) is not None),
        }
        if r[3] == "v":
            defaults = tuple((c[2], c[10]) for c in columns if c[10] is not None)
            yield View(**fields, column_defaults=defaults)
        else:
            ties = s.tied_to(CLASS, oid)
            yield MaterializedView(
                **fields,
                **_settings(s, columns),
                access_method=r[7],
                tablespace=r[8],
                populated=r[16],
                depends_on_extensions=ties,
            )


def _settings(s: Snapshot, columns: list[Row]) -> dict[str, Any]:
    """What the columns of a materialised view have beside their types, by column."""
    usual = [(c, s.spellings[c[3], c[4]].storage) for c in columns]
    return {
        "column_storage": tuple((c[2], STORAGE[c[11]]) for c, storage in usual if c[11] != storage),
        "column_compression": tuple((c[2], COMPRESSION[c[12]]) for c in columns if c[12] in COMPRESSION),
        "column_statistics": tuple((c[2], str(c[13])) for c in columns if c[13] is not None and c[13] >= 0),
        "column_options": tuple((c[2], t) for c in columns if (t := _listed(options_of(c[14])))),
    }


def _listed(options: Options) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(options))


def _typed(s: Snapshot, c: Row) -> str:
    spelled = s.spellings[c[3], c[4]]
    if c[5] and c[5] != spelled.collation:
        return f"{spelled.name} COLLATE {s.collations[c[5]][3]}"
    return spelled.name


def functions(s: Snapshot) -> Iterator[Object]:
    aggregates = {r[0]: r for r in s.rows["aggregates"]}
    for r in s.rows["routines"]:
        oid, namespace, _, kind, arguments, language, parameters, returns, defaults, definition, unnamed = r
        if namespace not in s.schemas:
            continue
        own = s.addresses[PROC, oid]
        if kind == "a":
            definition = aggregate_definition(own, arguments, parameters, aggregates[oid])
        elif unnamed and len(unnamed) == 1:
            definition = numbered(definition, unnamed[0])
        yield Function(
            schema=own.schema,
            name=own.name,
            comment=s.comment(PROC, oid),
            refs=s.depends(PROC, oid),
            arguments=arguments,
            routine=_ROUTINES[kind],
            definition=definition.rstrip("\n"),
            parameters=parameters or "",
            returns=returns or "",
            defaults=defaults,
            language=language,
            depends_on_extensions=s.tied_to(PROC, oid),
        )


def triggers(s: Snapshot) -> Iterator[Object]:
    for r, own, relation in _on_relations(s, "triggers", TRIGGER):
        if not r[5]:
            yield Trigger(
                schema=own.schema,
                name=own.name,
                table=own.parent,
                comment=s.comment(TRIGGER, r[0]),
                refs=_without(s.depends(TRIGGER, r[0]), relation),
                definition=r[4],
                on=relation.kind,
                enabled=_ENABLED[r[3]],
                depends_on_extensions=s.tied_to(TRIGGER, r[0]),
            )


def trigger_states(s: Snapshot) -> Iterator[Object]:
    """Of the copies that partitions have of a trigger of the whole, those that are other than that one."""
    every = {r[0]: r for r in s.rows["triggers"]}
    for r, own, relation in _on_relations(s, "triggers", TRIGGER):
        if r[5] in every:
            above = every[r[5]]
            while above[5] in every:
                above = every[above[5]]
            comment = s.comment(TRIGGER, r[0])
            if above[3] != r[3] or comment is not None:
                yield TriggerState(
                    schema=own.schema,
                    name=own.name,
                    table=own.parent,
                    comment=comment,
                    refs=tuple(sorted({s.addresses[TRIGGER, above[0]], *_wholes(s, r[1])} - {relation})),
                    enabled=_ENABLED[r[3]],
                )


def _wholes(s: Snapshot, relation: int) -> Iterator[Address]:
    """The tables above a partition, on every level."""
    for parent in s.parents.get(relation, ()):
        if (CLASS, parent) in s.addresses:
            yield s.addresses[CLASS, parent]
            yield from _wholes(s, parent)


def rules(s: Snapshot) -> Iterator[Object]:
    for r, own, relation in _on_relations(s, "rules", REWRITE):
        if r[4] is not None:
            yield Rule(
                schema=own.schema,
                name=own.name,
                table=own.parent,
                comment=s.comment(REWRITE, r[0]),
                refs=_without(s.depends(REWRITE, r[0]), relation),
                definition=r[4].rstrip(";"),
                on=relation.kind,
                enabled=_ENABLED[r[3]],
            )


def policies(s: Snapshot) -> Iterator[Object]:
    for r, own, relation in _on_relations(s, "policies", POLICY):
        yield Policy(
            schema=own.schema,
            name=own.name,
            table=own.parent,
            comment=s.comment(POLICY, r[0]),
            refs=_without(s.depends(POLICY, r[0]), relation),
            command=_COMMANDS[r[3]],
            permissive=r[4],
            roles=tuple(r[5]),
            using=unbracketed(r[6]) if r[6] is not None else None,
            check=unbracketed(r[7]) if r[7] is not None else None,
        )


def statistics(s: Snapshot) -> Iterator[Object]:
    for oid, namespace, _, relation, definition, target in s.rows["statistics"]:
        own, table = s.addresses.get((STATISTICS, oid)), s.addresses.get((CLASS, relation))
        if own is not None and table is not None and namespace in s.schemas:
            yield Statistics(
                schema=own.schema,
                name=own.name,
                comment=s.comment(STATISTICS, oid),
                refs=tuple(sorted({table, *s.depends(STATISTICS, oid)})),
                definition=columns_sorted(definition),
                target=target if target is not None and target >= 0 else None,
            )


def event_triggers(s: Snapshot) -> Iterator[Object]:
    for oid, name, event, function, tags, enabled in s.rows["event_triggers"]:
        if not s.owned(EVENT_TRIGGER, oid):
            yield EventTrigger(
                name=name,
                comment=s.comment(EVENT_TRIGGER, oid),
                refs=s.depends(EVENT_TRIGGER, oid),
                event=event,
                function=function,
                tags=tuple(tags or ()),
                enabled=_ENABLED[enabled],
            )


def _on_relations(s: Snapshot, rows: str, kind: int) -> Iterator[tuple[Row, Address, Address]]:
    for r in s.rows[rows]:
        own = s.addresses.get((kind, r[0]))
        if own is not None and r[1] in s.relations and not s.owned(kind, r[0]):
            yield r, own, s.addresses[CLASS, r[1]]


def _without(refs: tuple[Address, ...], relation: Address) -> tuple[Address, ...]:
    return tuple(a for a in refs if a != relation)
