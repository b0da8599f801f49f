"""Cost analysis as a use case: a scope and a definition in, an answer out of one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa

from costplane.analysis.aggregations import BY_NAME as AGGREGATIONS
from costplane.analysis.definition import Grouping, QueryDefinition, parse_definition
from costplane.analysis.dimensions import DIMENSIONS, Dimension
from costplane.analysis.distinct import distinct_statement
from costplane.analysis.paging import Continuation, Page, page
from costplane.analysis.plan import QueryPlan, Scopes, asks_events, plan
from costplane.analysis.pseudonyms import KEY, key_relation, persons
from costplane.analysis.repeated import answer_of, lacking_of, unpriced_plan
from costplane.analysis.result import QueryResult, ResultColumn, query_result
from costplane.analysis.service import CostAnalysis, sql_text
from costplane.analysis.unpriced import Unpriced
from costplane.analysis.values import DimensionValue, values_definition, values_of
from costplane.app.access.persons import Persons
from costplane.app.access.visible import EVERYTHING, scope_filters
from costplane.app.allocation.reading import with_allocated
from costplane.app.bills.answering import BillsOf
from costplane.app.holders import CatalogHolders
from costplane.app.ports import Reratings, Settings
from costplane.app.prices import PriceBooks
from costplane.app.queries.by_tags import persons_by_tags
from costplane.app.queries.currencies import Currencies
from costplane.app.queries.from_requests import RequestRows
from costplane.app.queries.recent_answers import RecentAnswers
from costplane.app.queries.request_level import Posted, RequestLevel, needed_by, request_level
from costplane.app.queries.rolled_up import over_sums
from costplane.app.queries.rollup_rows import Table
from costplane.app.queries.rollups import Rollups
from costplane.app.queries.tag_keys import TagKeys
from costplane.app.readable_ledger import ReadableLedger
from costplane.app.series import SeriesNumbers
from costplane.catalog.ports import CatalogReader
from costplane.core.period import Period
from costplane.core.relation import Engine, Files, Relation
from costplane.core.scope import Scope
from costplane.core.settings import ALLOCATION_TAGS, TAG_INHERITANCE
from costplane.ledger.delta import Snapshot
from costplane.rating.holder import Facts
from costplane.rating.rows import ALL, Needed

_CURRENCY = "USD"
_TAG = "tag:"


@dataclass(frozen=True, slots=True)
class QueryPage:
    """A page of an answer. `unpriced` is of the whole answer, `total` its number of rows."""

    columns: tuple[ResultColumn, ...]
    rows: list[list[Any]]
    total: int
    unpriced: list[dict[str, Any]]
    datasets: tuple[str, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class DimensionMenu:
    """What costs of a scope can be grouped and filtered by; `tags` are keys."""

    dimensions: tuple[Dimension, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryView:
    """A scope in one snapshot: whatever is asked of it, the answers agree."""

    queries: Queries
    scopes: Scopes
    snapshot: Snapshot

    @property
    def currency(self) -> str:
        """The currency of what has none of its own."""
        return self.queries.currency_of(self)

    def whole(self, definition: QueryDefinition) -> QueryResult:
        """The answer with all its rows."""
        return self.queries.whole_of(self, definition)

    def distinct(self, definition: QueryDefinition, dimension: str) -> pa.Table:
        """How many values of a dimension the calls of each group have; never which."""
        return self.queries.distinct_of(self, definition, dimension)


class Queries:
    """Answers queries. Threads may share it."""

    def __init__(
        self,
        ledger: ReadableLedger,
        engine: Engine,
        catalog: CatalogReader,
        settings: Settings,
        prices: PriceBooks,
        reratings: Reratings,
        persons: Persons,
        rollups: Rollups,
    ) -> None:
        self._ledger = ledger
        self._rollups = rollups
        self._engine = engine
        self._catalog = catalog
        self._settings = settings
        self._prices = prices
        self._reratings = reratings
        self._persons = persons
        self._analysis = CostAnalysis(engine)
        self._answers: RecentAnswers[QueryResult] = RecentAnswers()
        self._lacking: RecentAnswers[tuple[Unpriced, ...]] = RecentAnswers()
        self._keys = TagKeys(engine)
        self._bills = BillsOf(engine)
        self._currencies = Currencies(engine)

    def page(
        self,
        scope: Scope,
        definition: QueryDefinition,
        now: datetime,
        top: int | None = None,
        token: str | None = None,
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> QueryPage:
        """The page at `token`, the first without one, out of the snapshot that it began with.
        `looker` is who sees persons, by name; without one they are under pseudonyms. Raises
        Forbidden for a filter by persons then."""
        self._persons.check(scope, definition, looker)
        chosen = scope_filters(self._catalog, scope, visible)
        if token is None:
            snapshot = self._ledger.snapshot()
            start = Continuation.start(snapshot.versions, now, chosen, definition)
        else:
            start = Continuation.parse(token)
            start.check(chosen, definition)
            snapshot = self._ledger.snapshot(dict(start.versions))
        planned = self._plan(chosen, definition, snapshot, looker)
        return _query_page(page(self._run(planned, snapshot), start, top))

    def explain(self, scope: Scope, definition: QueryDefinition, looker: str | None = None) -> str:
        """The plan and its statement for people; nothing is run."""
        chosen, snapshot = scope_filters(self._catalog, scope), self._ledger.snapshot()
        planned = self._plan(chosen, definition, snapshot, looker)
        return f"{planned.explain()}\n\n{sql_text(planned)}"

    def whole(
        self,
        scope: Scope,
        definition: QueryDefinition,
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> QueryResult:
        """The answer with all its rows; `looker` as for a page."""
        self._persons.check(scope, definition, looker)
        snapshot = self._ledger.snapshot()
        chosen = scope_filters(self._catalog, scope, visible)
        return self._run(self._plan(chosen, definition, snapshot, looker), snapshot)

    def view(self, scope: Scope, visible: Sequence[Scope] = EVERYTHING) -> QueryView:
        """The scope as it is now, for several questions that must agree."""
        return QueryView(
            self, scope_filters(self._catalog, scope, visible), self._ledger.snapshot()
        )

    def whole_of(self, view: QueryView, definition: QueryDefinition) -> QueryResult:
        """The answer with all its rows, out of the snapshot of `view`."""
        return self._run(self._plan(view.scopes, definition, view.snapshot, None), view.snapshot)

    def distinct_of(self, view: QueryView, definition: QueryDefinition, dimension: str) -> pa.Table:
        """How many values of a dimension the calls of each group have (analysis/distinct.py)."""
        last = Grouping("Dimension", dimension, dimension)
        counted = replace(
            definition,
            aggregations=(AGGREGATIONS["callcount"],),
            groupings=(*definition.groupings, last),
        )
        # Nobody is shown, so that pseudonyms, which merge small groups, would only miscount.
        planned = replace(self._plan(view.scopes, counted, view.snapshot, None), pseudonyms=False)
        if planned.calls != "usage" and asks_events(counted, view.scopes):
            return persons_by_tags(planned, view.snapshot, self._engine, *self._rated_for())
        relations = self._relations(planned, view.snapshot)
        # Calls that are counted as rows of `usage` need none of the lines.
        if planned.calls != "usage":
            relations |= self._request_level(planned, view.snapshot).relations
        return self._engine.execute(distinct_statement(planned), relations)

    def currency_of(self, view: QueryView) -> str:
        """The currency of what has none of its own."""
        return self._currency(view.scopes)

    def dimensions(self, scope: Scope, visible: Sequence[Scope] = EVERYTHING) -> DimensionMenu:
        """What costs of the scope can be grouped and filtered by."""
        chosen, snapshot = scope_filters(self._catalog, scope, visible), self._ledger.snapshot()
        sent, posted = self._keys.of(snapshot, "usage", chosen), self._posted(snapshot, chosen)
        spelled = {key.lower(): key for key in (*sorted(sent), *sorted(posted))}
        return DimensionMenu(DIMENSIONS, tuple(sorted(spelled.values(), key=str.lower)))

    def values(
        self,
        scope: Scope,
        name: str,
        period: Period,
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> list[DimensionValue]:
        """The values of a dimension, or of a tag (`tag:KEY`), the costliest first.

        Raises InvalidQuery for a name that is no dimension.
        """
        definition = values_definition(_grouping(name, period), period)
        return values_of(self.whole(scope, definition, visible, looker))

    def keep_up(self) -> None:
        """Sums what came since the last time (rollups.py)."""
        snapshot = self._ledger.snapshot()
        newest: dict[Table, Files] = {
            "charges": with_allocated(snapshot),
            "uncharged": snapshot.relation("uncharged"),
        }
        for table, files in newest.items():
            self._rollups.refresh(table, files)
        self._rollups.tidy(newest.items())

    def _plan(
        self,
        scopes: Scopes,
        definition: QueryDefinition,
        snapshot: Snapshot,
        looker: str | None,
    ) -> QueryPlan:
        carried, currency = self._carried(snapshot, scopes), self._currency(scopes)
        return plan(
            definition,
            scopes,
            carried_tags=carried,
            currency=currency,
            reversals=bool(self._reratings.list()),
            pseudonyms=looker is None,
            bills=self._bills.cover(snapshot, scopes, definition.period),
            one_currency=self._currencies.are_all(currency, with_allocated(snapshot), scopes),
        )

    def _run(self, planned: QueryPlan, snapshot: Snapshot) -> QueryResult:
        relations = self._relations(planned, snapshot)
        of_requests = planned.source == "usage" or bool(planned.cuts)
        if of_requests:
            found = self._request_level(planned, snapshot, needed_by(planned))
            relations |= found.relations
            planned = self._of_one_currency(planned, found.currencies, snapshot)
        if "Billed" in planned.datasets:
            relations = self._with_bills(planned, snapshot, relations)
        if of_requests:
            return self._analysis.run(planned, relations)
        known = self._answers.get(planned, snapshot)
        if known is None:
            named = answer_of(planned).columns
            rows = over_sums(
                partial(self._analysis.rows, planned), planned, named, relations, self._rollups
            )
            known = query_result(planned, rows, self._unpriced(planned, snapshot, relations))
            self._answers.keep(planned, snapshot, known, known.rows.num_rows)
        return known

    def _relations(self, planned: QueryPlan, snapshot: Snapshot) -> dict[str, Relation]:
        relations: dict[str, Relation] = dict(snapshot.files)
        relations["charges"] = with_allocated(snapshot)
        relations = {name: relations[name] for name in ("charges", *planned.relations)}
        if persons(planned):
            relations[KEY] = key_relation(self._persons.pseudonym_key)
        return relations

    def _with_bills(
        self, planned: QueryPlan, snapshot: Snapshot, relations: Mapping[str, Relation]
    ) -> dict[str, Relation]:
        named = answer_of(planned).columns | lacking_of(planned).columns
        return self._bills.of(snapshot).applied(planned, named, relations)

    def _unpriced(
        self, planned: QueryPlan, snapshot: Snapshot, relations: Mapping[str, Relation]
    ) -> tuple[Unpriced, ...]:
        """What the total lacks, however it is grouped and summed."""
        reduced = unpriced_plan(planned)
        known = self._lacking.get(reduced, snapshot)
        if known is None:
            named = lacking_of(reduced).columns
            known = over_sums(
                partial(self._analysis.unpriced, reduced), reduced, named, relations, self._rollups
            )
            self._lacking.keep(reduced, snapshot, known)
        return known

    def _request_level(
        self, planned: QueryPlan, snapshot: Snapshot, needed: Needed = ALL
    ) -> RequestLevel:
        series, holders = self._rated_for()
        usage = self._ledger.usage(snapshot)
        rows = RequestRows(self._engine, self._prices, holders, usage, series)
        uncharged = snapshot.relation("uncharged")
        posted: Posted = {"charges": with_allocated(snapshot), "uncharged": uncharged}
        return request_level(rows, planned, posted, needed)

    def _of_one_currency(
        self, planned: QueryPlan, made: frozenset[str], snapshot: Snapshot
    ) -> QueryPlan:
        """The plan over rows made of requests, in the currencies `made`."""
        if planned.source != "usage" or "Billed" in planned.datasets:
            return planned
        posted = with_allocated(snapshot)
        whole = made <= {planned.currency} and self._currencies.are_all(
            planned.currency, posted, planned.scopes
        )
        return replace(planned, one_currency=whole)

    def _rated_for(self) -> tuple[dict[int, Facts], CatalogHolders]:
        """The facts of every series, and who holds them."""
        inheritance = self._settings.get(TAG_INHERITANCE)
        series = SeriesNumbers(self._ledger.newest, self._engine).facts()
        return series, CatalogHolders(self._catalog, inheritance=inheritance)

    def _carried(self, snapshot: Snapshot, scopes: Scopes) -> frozenset[str]:
        """The keys of tags, in lower case, that hourly rows carry in full (billing-rules 24): the
        allocation tags, and keys of resources that no event sends. Only what is in the scopes
        counts: others' tags must not even be felt by the time that an answer takes."""
        called = tuple(replace(part, resource_id=None) for part in scopes)
        sent = {key.lower() for key in self._keys.of(snapshot, "usage", called)}
        allocated = {key.lower() for key in self._settings.get(ALLOCATION_TAGS)}
        return frozenset(allocated | {key.lower() for key in self._posted(snapshot, scopes)} - sent)

    def _posted(self, snapshot: Snapshot, scopes: Scopes) -> frozenset[str]:
        found = (self._keys.of(snapshot, table, scopes) for table in ("charges", "uncharged"))
        return frozenset[str]().union(*found)

    def _currency(self, scopes: Scopes) -> str:
        """The one billing currency of the scopes' accounts; USD where there are several."""
        hierarchy = self._catalog.hierarchy()
        accounts = {
            s.billing_account_id
            for s in hierarchy.subscriptions
            if any(part.subscriptions is None or s.id in part.subscriptions for part in scopes)
        }
        found = {a.currency for a in hierarchy.billing_accounts if a.id in accounts}
        return found.pop() if len(found) == 1 else _CURRENCY


def _grouping(name: str, period: Period) -> Grouping:
    """`name` as a grouping, checked as a query's body would be."""
    tag = name.lower().startswith(_TAG)
    asked = {"type": "TagKey", "name": name[len(_TAG) :]} if tag else {"name": name}
    body = {
        "type": "ActualCost",
        "timeframe": "MonthToDate",
        "dataset": {"grouping": [{"type": "Dimension"} | asked]},
    }
    return parse_definition(body, period.start).groupings[0]


def _query_page(found: Page) -> QueryPage:
    return QueryPage(
        columns=found.columns,
        rows=found.rows,
        total=found.total,
        unpriced=[_unpriced(item) for item in found.unpriced],
        datasets=found.datasets,
        next_token=found.next.token() if found.next else None,
    )


def _unpriced(item: Unpriced) -> dict[str, Any]:
    return {
        "status": item.status,
        "reason": item.reason,
        "events": item.events,
        "quantities": dict(item.quantities),
    }
