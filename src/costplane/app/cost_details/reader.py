"""Cost details as a use case: what a scope and a caller may see, out of one state of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from costplane.analysis.plan import Scopes
from costplane.app.access.visible import EVERYTHING, scope_filters
from costplane.app.allocation.reading import with_allocated
from costplane.app.cost_details.layouts import CUSTOMER, ENTERPRISE, PAY_AS_YOU_GO, Layout
from costplane.app.cost_details.places import places
from costplane.app.cost_details.rows import CostDetails, in_parts
from costplane.app.cost_details.selection import Selection
from costplane.app.readable_ledger import Snapshots
from costplane.catalog.model import AgreementType
from costplane.catalog.ports import CatalogReader
from costplane.core.relation import Engine
from costplane.core.scope import Scope

_LAYOUTS: dict[AgreementType, Layout] = {
    "EnterpriseAgreement": ENTERPRISE,
    "MicrosoftOnlineServicesProgram": PAY_AS_YOU_GO,
}

_READ = ("charges", "allocated")
"""Tables whose rows are told: what rules moved stands beside what was charged, as in Azure."""

_CHARGES_AT_ONCE = 20_000
"""Hourly charges that a step towards a page reads."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a list goes on: after the row `after` of `day`, in these versions of the tables."""

    versions: Mapping[str, int]
    day: date
    after: str


@dataclass(frozen=True, slots=True)
class DetailPage:
    """Rows (columns of rows.py) and where the next page starts; None after the last."""

    rows: list[dict[str, Any]]
    next: Position | None


class CostDetailsReader:
    """Reads cost details. Threads may share it."""

    def __init__(self, ledger: Snapshots, engine: Engine, catalog: CatalogReader) -> None:
        self._ledger = ledger
        self._engine = engine
        self._catalog = catalog

    def scopes(self, scope: Scope, visible: Sequence[Scope] = EVERYTHING) -> Scopes:
        """What `scope` means to who sees `visible`. Raises NotFound if it is unknown."""
        return scope_filters(self._catalog, scope, visible)

    def layout(self, scopes: Scopes) -> Layout:
        """The columns of a file over `scopes`: those of their agreement. Where there are several,
        and outside Azure, those of a Microsoft Customer Agreement, which name the provider and
        both currencies."""
        hierarchy = self._catalog.hierarchy()
        accounts = {account.id: account.agreement_type for account in hierarchy.billing_accounts}
        found = {
            accounts.get(subscription.billing_account_id or "")
            for subscription in hierarchy.subscriptions
            if any(p.subscriptions is None or subscription.id in p.subscriptions for p in scopes)
        }
        only = found.pop() if len(found) == 1 else None
        return _LAYOUTS.get(only, CUSTOMER) if only else CUSTOMER

    def open(self, versions: Mapping[str, int] | None = None) -> CostDetails:
        """The rows of the newest state of the ledger, or of the given versions."""
        return self._open(versions)[0]

    def page(
        self,
        selection: Selection,
        where: Sequence[exp.Expr],
        most: int,
        position: Position | None = None,
    ) -> DetailPage:
        """The next `most` rows that `where` lets in, by day and id, from `position` on."""
        details, versions = self._open(position.versions if position else None)
        rows: list[dict[str, Any]] = []
        after = (position.day, position.after) if position else None
        days = details.days(selection, position.day if position else date.min)
        for part in in_parts(days, max(_CHARGES_AT_ONCE, most)):
            wanted = most - len(rows) + 1
            rows += details.between(
                selection, part, after=after, most=wanted, where=where
            ).to_pylist()
            if len(rows) > most:
                last = rows[most - 1]
                return DetailPage(rows[:most], Position(versions, last["day"], last["id"]))
        return DetailPage(rows, None)

    def _open(self, versions: Mapping[str, int] | None) -> tuple[CostDetails, Mapping[str, int]]:
        snapshot = self._ledger.snapshot(versions)
        tables = {
            "charges": with_allocated(snapshot),
            "places": places(self._catalog.hierarchy()),
        }
        read = {name: snapshot.versions[name] for name in _READ if name in snapshot.versions}
        return CostDetails(self._engine, tables), read
