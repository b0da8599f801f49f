"""Which hours of capacity are due: new ones, and those that something has touched.

What was settled is remembered in the control plane (PostingKeys): up to which hour, up to which
segment of usage, with which price version, and each entry of deployments and reservations as it
was. So an hour is computed again only if time, a late call, a price that was missing, or a change
of the catalog asks for it, however far back the history goes; and a stop at any point loses
nothing, since what was settled is remembered last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlglot
from sqlglot import exp

from costplane.app.capacity.estate import capacity_entries
from costplane.app.ports import PostingKeys
from costplane.catalog.model import Deployment
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SCOPES, Reservation
from costplane.core.period import HOUR, Period, hour_start, next_month, parse_instant
from costplane.core.relation import Engine
from costplane.ledger.delta import SEGMENT, Ledger

_UNTIL, _SEGMENT, _PRICES, _ENTRY = (
    "capacity-until",
    "capacity-segment",
    "capacity-prices",
    "capacity-entry",
)
TYPES = ", ".join(f"'{name}'" for name in PROVISIONED_SCOPES)
"""Deployment types that are provisioned, as SQL."""
_HOUR_OF = "DATE_TRUNC('hour', {})"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settling was made of; `entries` are texts of the catalog's entries."""

    until: datetime
    segment: int
    prices: int
    entries: frozenset[str]


@dataclass(frozen=True, slots=True)
class CapacityDue:
    """Finds what is due, and remembers what was settled."""

    ledger: Ledger
    engine: Engine
    catalog: CatalogReader
    keys: PostingKeys

    def present(self, now: datetime, prices: int) -> Settled:
        """What a settling at `now` is made of."""
        return Settled(
            hour_start(now),
            self.ledger.committed("usage", SEGMENT),
            prices,
            frozenset(self._entries()),
        )

    def hours(self, present: Settled, floor: datetime) -> list[Period]:
        """The ranges of full hours to settle, in order and apart, none across a month's end.

        Nothing before `floor` is settled.
        """
        whole = Period(hour_start(floor), present.until)
        found = [*self._new(present), *self._changed(present)]
        found += [Period(hour, hour + HOUR) for hour in self._touched(present)]
        clipped = (part for one in found if (part := whole.intersection(one)) is not None)
        return [month for one in _merged(clipped) for month in by_month(one)]

    def settled_until(self) -> datetime | None:
        """The end of the hours that have been settled; None before the first settling."""
        known = self.keys.due(_UNTIL)
        return parse_instant(max(known)) if known else None

    def entries_settled(self) -> bool:
        """Whether entries of the catalog were settled that may be gone by now."""
        return bool(self.keys.due(_ENTRY))

    def remember(self, present: Settled) -> None:
        """Everything up to `present` has been posted."""
        self._replace(_UNTIL, [present.until.isoformat()])
        self._replace(_SEGMENT, [str(present.segment)])
        self._replace(_PRICES, [str(present.prices)])
        self._replace(_ENTRY, present.entries)

    def _replace(self, kind: str, keys: Iterable[str]) -> None:
        before, after = set(self.keys.due(kind)), set(keys)
        if before != after:
            self.keys.mark(kind, after - before)
            self.keys.settled(kind, before - after)

    def _entries(self) -> Iterator[str]:
        """Entries as texts, deployments with the region of their resource: prices depend on it,
        and which reservations cover."""
        regions = {one.id: one.location for one in self.catalog.resources()}
        for entry in capacity_entries(self.catalog):
            yield _text(entry, region=regions.get(entry.resource_id))
        yield from map(_text, self.catalog.reservations())

    def _new(self, present: Settled) -> Iterator[Period]:
        """The hours since the last settling."""
        known = self.settled_until()
        if known is not None and known < present.until:
            yield Period(known, present.until)

    def _changed(self, present: Settled) -> Iterator[Period]:
        """What entries that came, went or changed stand for."""
        known = set(self.keys.due(_ENTRY))
        for text in known ^ present.entries:
            start, end = _bounds(text)
            other = _same_start(text, known if text in present.entries else present.entries)
            if other is not None:  # only its end has moved
                start = min(filter(None, (end, _bounds(other)[1])), default=start)
            yield Period(hour_start(start), max(hour_start(start), _ceiling(end, present.until)))

    def _touched(self, present: Settled) -> Iterator[datetime]:
        """Hours with calls that came since, and hours without price if prices came."""
        snapshot = self.ledger.snapshot()
        segment = max(map(int, self.keys.due(_SEGMENT)), default=-1)
        if segment < present.segment:
            statement = (
                f"SELECT DISTINCT {_HOUR_OF.format('time')} AS hour FROM usage "
                f"WHERE segment > {segment} AND LOWER(deployment_type) IN ({TYPES})"
            )
            yield from self._hours_of(statement, {"usage": snapshot.relation("usage")})
        if self.keys.due(_PRICES) != [str(present.prices)]:
            statement = (
                f"SELECT DISTINCT {_HOUR_OF.format('ChargePeriodStart')} AS hour FROM uncharged "
                f"WHERE x_BillingStatus = 'Unpriced' AND (x_Events = 0 "
                f"OR LOWER(x_DeploymentType) IN ({TYPES}))"
            )
            yield from self._hours_of(statement, {"uncharged": snapshot.relation("uncharged")})

    def _hours_of(self, text: str, relations: dict[str, object]) -> Iterator[datetime]:
        statement = sqlglot.parse_one(text, dialect="duckdb")
        assert isinstance(statement, exp.Query)
        for row in self.engine.execute(statement, relations).to_pylist():
            yield parse_instant(row["hour"].isoformat())


def _text(entry: Deployment | Reservation, **more: str | None) -> str:
    """An entry as one line, its bounds at the end."""
    facts = asdict(entry) | more
    end = facts.pop("valid_to")
    start = facts.pop("valid_from")
    facts.pop("confirmed", None)
    told = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
    return f"{told} from {start.isoformat()} to {end.isoformat() if end else ''}"


def _bounds(text: str) -> tuple[datetime, datetime | None]:
    head, _, end = text.rpartition(" to ")
    start = head.rpartition(" from ")[2]
    return parse_instant(start), parse_instant(end) if end else None


def _same_start(text: str, others: Iterable[str]) -> str | None:
    head = text.rpartition(" to ")[0]
    return next((other for other in others if other.rpartition(" to ")[0] == head), None)


def _ceiling(end: datetime | None, until: datetime) -> datetime:
    """The end of the hour of `end`, in which a refund may begin; at most `until`."""
    return until if end is None else min(hour_start(end) + HOUR, until)


def _merged(periods: Iterable[Period]) -> Iterator[Period]:
    last: Period | None = None
    for one in sorted(periods, key=lambda period: period.start):
        if last is None:
            last = one
        elif one.start <= last.end:
            last = Period(last.start, max(last.end, one.end))
        else:
            yield last
            last = one
    if last is not None:
        yield last


def by_month(period: Period) -> Iterator[Period]:
    """The parts of a period, none across a month's end."""
    start = period.start
    while start < period.end:
        end = min(next_month(start), period.end)
        yield Period(start, end)
        start = end


def floor_of(now: datetime, days: int) -> datetime:
    """The earliest instant that is kept."""
    return now - timedelta(days=days)
