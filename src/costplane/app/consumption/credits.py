"""Prepayment, credits and consumption commitments as Azure's lots, events and credit summaries.

A balance is "closed" as of the last invoice: what is of a billing period that is still open is
pending, and an estimate until it closes (billing-rules 16, 23).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from costplane.app.billing.commitments import Commitments
from costplane.app.billing.prepayment import Prepayment
from costplane.app.consumption.credit_statements import (
    CreditEvent,
    LotStatement,
    accounts_of,
    commitment_events,
    commitment_statement,
    credit_event,
    lot_statement,
    organisation_of,
)
from costplane.app.ports import BillingPeriods
from costplane.billing.balances import Event, events
from costplane.billing.billing_key import billing_key
from costplane.billing.burn_down import BurnDown
from costplane.billing.commitment import Commitment
from costplane.catalog.model import BEGINNING
from costplane.catalog.ports import CatalogReader
from costplane.core.money import EXACT, total
from costplane.core.period import Period, next_month


@dataclass(frozen=True, slots=True)
class CreditSummary:
    """Credits of a billing profile: estimated = current + adjustments - charges - expired.

    `current` is the balance after the last closed billing period; the others are of open ones:
    new lots, what lots paid, what expired with them.
    """

    currency: str
    current: Decimal
    adjustments: Decimal
    charges: Decimal
    expired: Decimal

    @property
    def estimated(self) -> Decimal:
        """The balance of now."""
        pending = EXACT.subtract(self.adjustments, EXACT.add(self.charges, self.expired))
        return EXACT.add(self.current, pending)

    @property
    def is_estimated(self) -> bool:
        """Whether anything is pending."""
        return any((self.adjustments, self.charges, self.expired))


@dataclass(frozen=True, slots=True)
class Credits:
    """Reads lots, draws and commitments. Ids of accounts, profiles, customers are lower case."""

    catalog: CatalogReader
    prepayment: Prepayment
    commitments: Commitments
    periods: BillingPeriods

    def summary(self, account: str, profile: str, currency: str, now: datetime) -> CreditSummary:
        """The credits of a billing profile in its currency; zeros where it has none."""
        key = billing_key(account, profile)
        found = [e for e in self._events(key, now) if e.currency == currency]
        settled, pending = self._parted(key, found)
        return CreditSummary(
            currency=currency,
            current=total(e.amount for e in settled),
            adjustments=_sum(pending, "NewCredit"),
            charges=EXACT.minus(_sum(pending, "PendingCharges")),
            expired=EXACT.minus(_sum(pending, "CreditExpired")),
        )

    def lots_of_profile(self, account: str, profile: str, now: datetime) -> list[LotStatement]:
        """The lots of a billing profile."""
        return list(self._lots(account, profile, now))

    def lots_of_account(self, account: str, now: datetime) -> list[LotStatement]:
        """The lots of a billing account and of its profiles, then its commitments."""
        own = [lot for p in (None, *self._profiles(account)) for lot in self._lots(account, p, now)]
        return own + [
            commitment_statement(account, one, self._drawn_down(one, account, now), now)
            for one in self._commitments(account)
        ]

    def lots_of_customer(self, account: str, customer: str, now: datetime) -> list[LotStatement]:
        """The lots of a customer: those of the billing profile that bills it, if this bills
        nobody else; what several share is no one's credit."""
        hierarchy = self.catalog.hierarchy()
        places = [(s, hierarchy.places().of(s)) for s in hierarchy.subscriptions]
        billed = {
            (place.profile.id, place.customer.id if place.customer else "")
            for subscription, place in places
            if subscription.billing_account_id == account and place.profile
        }
        own = [profile for profile, whose in billed if whose == customer]
        alone = [p for p in sorted(own) if {w for q, w in billed if q == p} == {customer}]
        return [lot for profile in alone for lot in self._lots(account, profile, now)]

    def events_of_profile(
        self, account: str, profile: str, now: datetime, within: Period | None = None
    ) -> list[CreditEvent]:
        """What happened to the lots of a billing profile, by day."""
        key = billing_key(account, profile)
        happened = (credit_event(account, profile, event) for event in self._events(key, now))
        return _by_day(happened, within)

    def events_of_account(
        self, account: str, now: datetime, within: Period | None = None
    ) -> list[CreditEvent]:
        """The same for a billing account with all its profiles and commitments."""
        found = [
            credit_event(account, profile, event)
            for profile in (None, *self._profiles(account))
            for event in self._events(billing_key(account, profile), now)
        ]
        for one in self._commitments(account):
            state = self._drawn_down(one, account, now)
            closed = self.periods.closed_months(account)
            found += commitment_events(account, one, state, closed, now)
        return _by_day(found, within)

    def _events(self, key: str, now: datetime) -> list[Event]:
        closed = self.periods.closed_months(key)
        lots = self.prepayment.store.lots(key)
        return events(lots, self.prepayment.drawn(key), closed=closed, now=now)

    def _parted(self, key: str, found: Iterable[Event]) -> tuple[list[Event], list[Event]]:
        """What is settled, and what is pending: charges of months without an invoice, and what
        came or expired after the last month that has one."""
        closed = self.periods.closed_months(key)
        last = next_month(max(closed)) if closed else BEGINNING
        settled: list[Event] = []
        pending: list[Event] = []
        for event in found:
            charged = event.event_type == "PendingCharges"
            over = event.transaction_date < last and not charged
            (settled if over else pending).append(event)
        return settled, pending

    def _lots(self, account: str, profile: str | None, now: datetime) -> Iterator[LotStatement]:
        key = billing_key(account, profile)
        settled, _ = self._parted(key, self._events(key, now))
        closed: dict[str, Decimal] = defaultdict(Decimal)
        for event in settled:
            closed[event.lot_id] = EXACT.add(closed[event.lot_id], event.amount)
        for state in self.prepayment.lots(key, now):
            yield lot_statement(account, profile, state, closed[state.lot.id])

    def _profiles(self, account: str) -> list[str]:
        profiles = self.catalog.hierarchy().billing_profiles
        return sorted(profile.id for profile in profiles if profile.billing_account_id == account)

    def _commitments(self, account: str) -> list[Commitment]:
        return [c for c in self.commitments.store.all() if account in accounts_of(c)]

    def _drawn_down(self, commitment: Commitment, account: str, now: datetime) -> BurnDown:
        """As its account sees it: a contributor's is of its own charges."""
        if organisation_of(commitment, account) == "Contributor":
            commitment = replace(commitment, billing_accounts=(account,))
        return self.commitments.of(commitment, now).burn_down


def _by_day(
    found: Iterator[CreditEvent] | list[CreditEvent], within: Period | None
) -> list[CreditEvent]:
    chosen = [event for event in found if within is None or event.day in within]
    return sorted(chosen, key=lambda event: event.day)


def _sum(found: list[Event], kind: str) -> Decimal:
    return total(event.amount for event in found if event.event_type == kind)
