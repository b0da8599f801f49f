"""Lots, commitments and what happened to them, each as Azure tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from costplane.app.billing.prepayment import LotState
from costplane.billing.balances import Event
from costplane.billing.billing_key import billing_key
from costplane.billing.burn_down import BurnDown
from costplane.billing.commitment import Commitment
from costplane.billing.invoice_number import invoice_number
from costplane.billing.lot import Lot
from costplane.core.money import EXACT
from costplane.core.period import month_start

COMMITMENT = "ConsumptionCommitment"
"""Azure's source of a lot that is a commitment."""
Organisation = Literal["Primary", "Contributor"]


@dataclass(frozen=True, slots=True)
class LotStatement:
    """A lot of an account or of one of its profiles, or a commitment as a lot of its account.

    `closed_balance` is what was left after the last closed billing period; `used` what it has
    paid until now, or what counted towards the commitment. Of a commitment of several accounts
    the first is Primary; a Contributor is told its own share alone, as Azure does.
    """

    account: str
    profile: str | None
    id: str
    source: str
    currency: str
    original: Decimal | None
    closed_balance: Decimal | None
    used: Decimal
    start: datetime
    expiry: datetime | None
    status: str
    po_number: str | None
    is_estimated: bool
    organisation: Organisation | None = None


@dataclass(frozen=True, slots=True)
class CreditEvent:
    """Something that happened to a lot or a commitment on a UTC day. `event_type` is Azure's word
    (NewCredit, SettledCharges, PendingCharges, CreditExpired); `amount` is above zero where the
    lot gained; `invoice` is that of the period which charges belong to."""

    account: str
    profile: str | None
    lot_id: str
    source: str
    event_type: str
    day: datetime
    amount: Decimal
    closed_balance: Decimal | None
    currency: str
    invoice: str | None


def accounts_of(commitment: Commitment) -> tuple[str, ...]:
    """The billing accounts of a commitment, lower case."""
    return tuple(account.lower() for account in commitment.billing_accounts)


def organisation_of(commitment: Commitment, account: str) -> Organisation | None:
    """What an account is to a commitment of several; None where it is the only one."""
    accounts = accounts_of(commitment)
    if len(accounts) == 1:
        return None
    return "Primary" if accounts[0] == account else "Contributor"


def lot_statement(
    account: str, profile: str | None, state: LotState, closed: Decimal
) -> LotStatement:
    """A lot with what it has paid; `closed` is what the last closed billing period left."""
    lot: Lot = state.lot
    return LotStatement(
        account=account,
        profile=profile,
        id=lot.id,
        source=lot.source,
        currency=lot.currency,
        original=lot.amount,
        closed_balance=closed,
        used=state.used,
        start=lot.start,
        expiry=lot.expiry,
        status=state.status,
        po_number=lot.po_number,
        is_estimated=closed != state.balance,
    )


def commitment_statement(
    account: str, commitment: Commitment, state: BurnDown, now: datetime
) -> LotStatement:
    """A commitment as a lot, as `account` sees it."""
    organisation = organisation_of(commitment, account)
    whole = organisation != "Contributor"
    if now < commitment.start:
        status = "Inactive"
    elif state.remaining == 0 and whole:
        status = "Complete"
    else:
        status = "Active" if now < commitment.end else "Expired"
    return LotStatement(
        account=account,
        profile=None,
        id=commitment.id,
        source=COMMITMENT,
        currency=commitment.currency,
        original=commitment.amount if whole else None,
        closed_balance=state.remaining if whole else None,
        used=state.counted,
        start=commitment.start,
        expiry=commitment.end,
        status=status,
        po_number=None,
        is_estimated=now < commitment.end,
        organisation=organisation,
    )


def credit_event(account: str, profile: str | None, event: Event) -> CreditEvent:
    """What happened to a lot, in Azure's words, with the invoice of charges."""
    charged = event.event_type in ("SettledCharges", "PendingCharges")
    key, month = billing_key(account, profile), month_start(event.transaction_date)
    return CreditEvent(
        account=account,
        profile=profile,
        lot_id=event.lot_id,
        source=event.lot_source,
        event_type=event.event_type,
        day=event.transaction_date,
        amount=event.amount,
        closed_balance=event.closed_balance,
        currency=event.currency,
        invoice=invoice_number(key, month, event.currency) if charged else None,
    )


def commitment_events(
    account: str,
    commitment: Commitment,
    state: BurnDown,
    closed: Collection[datetime],
    now: datetime,
) -> Iterator[CreditEvent]:
    """Its beginning, what counted each day, and what was left at its end."""
    whole = organisation_of(commitment, account) != "Contributor"

    def event(kind: str, day: datetime, amount: Decimal, left: Decimal) -> CreditEvent:
        common = (account, None, commitment.id, COMMITMENT, kind, day, amount)
        return CreditEvent(*common, left if whole else None, commitment.currency, None)

    if whole and commitment.start <= now:
        yield event("NewCredit", commitment.start, commitment.amount, commitment.amount)
    for day in state.days:
        if day.counted:
            kind = "SettledCharges" if month_start(day.day) in closed else "PendingCharges"
            left = max(EXACT.subtract(commitment.amount, day.cumulative), Decimal(0))
            yield event(kind, day.day, EXACT.minus(day.counted), left)
    if whole and commitment.end <= now and state.remaining:
        yield event("CreditExpired", commitment.end, EXACT.minus(state.remaining), Decimal(0))
