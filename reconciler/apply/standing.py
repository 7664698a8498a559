"""How the database stands to what we left and to what is wanted: what of it is ours, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import RefusedError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Change, address_of
from . import ledger, verify
from .ledger import Recorded
from .look import Seen
from .work import Work


class Standing:
    """Of one apply: the schema that the ledger says we left, the one before it, and the one at the head.

    expected is set by whoever reads the history, since it may move while others apply.
    """

    def __init__(self, work: Work, unexcused: Callable[[Sequence[Change]], Sequence[Change]]) -> None:
        self.session, self.dialect, self.target = work.session, work.dialect, work.target
        self.unexcused = unexcused
        self.expected: Catalog | None = None
        self.recorded: Recorded | None = None
        self.fresh = False
        """Whether the record is of the revision that we found the database at."""
        self.before: Catalog | None = None
        self.tolerated: frozenset[Address] = frozenset()
        """What differed before us, and we were told to go on."""
        self.untold: frozenset[Address] = frozenset()
        """What was there before us, of topics that nobody cared for until now (grants, say)."""

    def require_undrifted(self, seen: Seen, allow_drift: bool) -> None:
        """Raises RefusedError (Drifted) where revisions are pending and live is not as it was left."""
        self.recorded = ledger.recorded(self.session, self.dialect)
        self.fresh = self.recorded is not None and self.recorded.revision == seen.at and seen.begun is None
        if not seen.pending:
            return
        self.before = self.dialect.inspect(self.session, self.target.scope)
        if self.recorded is None or not self.fresh:
            return
        untold = self.before.says - self.recorded.catalog.says
        self.untold = frozenset(a for a, o in self.before.items() if o.topic in untold)
        drift = self.differences(self.recorded.catalog, self.ours(self.before, at_head=True))
        self.tolerated = frozenset(address_of(c) for c in drift)
        if drift and not allow_drift:
            raise RefusedError(
                "Drifted: the database is not as it was left",
                where=self.session.target,
                why=f"since {self.recorded.at} somebody changed\n    {verify.shown(drift)}",
                next=f"`reconcile drift --env {self.target.environment}` shows it: adopt it or revert it first",
            )

    def there_already(self, seen: Seen) -> bool:
        """Whether the database was left as the pending revisions would leave it, as after drift was adopted into git.

        Only for generated revisions, which do nothing to rows, and where live is what the ledger says we left.
        """
        generated = all(item.revision.generated and not item.revision.python for item in seen.pending)
        if not seen.pending or not generated or not self.fresh or self.expected is None or self.before is None:
            return False
        unseen = self.dialect.profile(self.session.version).unseen
        if any(unseen(statement.sql) for item in seen.pending for statement in item.statements):
            return False
        if seen.wanted != seen.history.heads or self.recorded is None:
            return False
        ours = self.ours(self.before, at_head=True)
        return not self.differences(self.expected, ours) and not self.differences(self.recorded.catalog, ours)

    def differences(self, wanted: Catalog, ours: Catalog) -> list[Change]:
        """What differs and no rule of the project excuses."""
        profile = self.dialect.profile(self.session.version)
        return list(self.unexcused(verify.differences(wanted, ours, profile)))

    def unlike_expected(self, ours: Catalog) -> list[Change]:
        """What differs from the schema at the head; nothing where nobody measured that."""
        return [] if self.expected is None else self.differences(self.expected, ours)

    def news(self, different: Sequence[Change]) -> list[Change]:
        """Of what differs, what did not before us."""
        known = self.tolerated | self.untold
        return [c for c in different if address_of(c) not in known]

    def told(self, ours: Catalog) -> Catalog:
        """Without grants from before the project cared for any: they are drift from now on, and nobody left them so."""
        wanted = self.expected if self.expected is not None else Catalog()
        return ours.where(lambda o: o.address not in self.untold or o.address in wanted) if self.untold else ours

    def ours(self, live: Catalog, at_head: bool) -> Catalog:
        """Live without the objects that were there before us and are in no state of ours, as far as we know states."""
        states = [self.recorded.catalog] if self.recorded is not None and self.fresh else []
        if at_head and self.expected is not None:
            states.append(self.expected)
        return verify.without(live, verify.strangers(live if self.before is None else self.before, states))

    def died_before_recording(self, at: tuple[str, ...]) -> bool:
        """Whether the last run of ours ended between its last commit and the record of what it left."""
        last = ledger.last(self.session, self.dialect, *ledger.MOVES) if self._stale(at) else None
        return last is not None and last.action == "apply" and last.revision in at

    def brought_by_others(self, at: tuple[str, ...]) -> bool:
        """Whether `alembic upgrade` moved the database to a revision whose schema somebody measured."""
        return self._stale(at) and self.expected is not None

    def _stale(self, at: tuple[str, ...]) -> bool:
        return bool(at) and (self.recorded is None or self.recorded.revision != at)
