"""Lots, events and credit summaries, against draws summed by hand and the ledger's rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from costplane.app.consumption.credit_statements import CreditEvent, LotStatement
from costplane.billing.invoice_number import invoice_number
from costplane.catalog.agreement import InvoiceSection
from costplane.core.period import Period
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER
from tests.app.consumption.billed_world import EA, MCA, World, opened, total

ZERO = Decimal(0)


def paid(world: World, key: str, lot: str, *, closed: bool | None = None) -> Decimal:
    """What a lot paid, by the draws that were posted; the enterprise's October is closed."""
    draws = world.workspace.prepayment.store.drawn(key)
    return total(
        draw.amount
        for draw in draws
        if draw.lot_id == lot and closed in (None, key == EA and draw.day < NOVEMBER)
    )


def lots(world: World) -> dict[str, LotStatement]:
    found = world.workspace.consumption.credits.lots_of_account(EA, world.clock.now)
    return {lot.id: lot for lot in found}


def test_lots_of_an_account_as_of_its_last_invoice(world: World) -> None:
    found = lots(world)
    assert set(found) == {"prepaid", "granted", "later", "future", "macc", "shared"}
    amount = {"prepaid": "2.5", "later": "30000"}
    for lot, original in amount.items():
        assert found[lot].original == Decimal(original)
        assert found[lot].used == paid(world, EA, lot)
    later = found["later"]
    assert later.closed_balance == Decimal(30_000) - paid(world, EA, "later", closed=True)
    assert paid(world, EA, "later", closed=False) > 0
    assert later.is_estimated
    assert (later.status, later.start.day) == ("Active", 28)
    assert (found["future"].status, found["future"].closed_balance) == ("Inactive", ZERO)
    assert (found["prepaid"].po_number, found["prepaid"].source) == ("PO-7", "PurchasedCredit")
    assert found["granted"].source == "PromotionalCredit"


def test_a_lot_that_has_expired_has_nothing_left(world: World) -> None:
    prepaid = lots(world)["prepaid"]
    assert prepaid.expiry == datetime(2026, 10, 20, tzinfo=UTC)
    assert prepaid.closed_balance == ZERO
    assert prepaid.status in ("Complete", "Expired")


def counted(world: World, account: str, until: datetime) -> Decimal:
    rows = world.sums(
        lambda row: row["BillingAccountId"],
        lambda row: row["x_PublisherType"] == "Azure" and row["ChargePeriodStart"] < until,
        "x_BilledCostInUsd",
    )
    return rows[account]


def test_commitments_are_lots_of_their_account(world: World) -> None:
    macc = lots(world)["macc"]
    assert (macc.source, macc.organisation, macc.status) == (
        *("ConsumptionCommitment", None, "Active"),
    )
    assert macc.used == counted(world, EA, world.clock.now)
    assert macc.closed_balance == Decimal(100_000) - macc.used


def test_a_contributor_is_told_its_own_share_alone(world: World) -> None:
    shared = lots(world)["shared"]
    assert (shared.organisation, shared.original, shared.closed_balance) == (
        *("Contributor", None, None),
    )
    assert shared.used == counted(world, EA, NOVEMBER)
    found = world.workspace.consumption.credits.lots_of_account(MCA, world.clock.now)
    (primary,) = [lot for lot in found if lot.id == "shared"]
    assert (primary.organisation, primary.original) == ("Primary", Decimal(7))
    assert primary.used == shared.used + counted(world, MCA, NOVEMBER)
    assert {lot.profile for lot in found} == {None, "bp-1", "bp-2"}


def test_lots_of_a_profile_and_of_a_customer(world: World) -> None:
    own, now = world.workspace.consumption.credits, world.clock.now
    assert {lot.id for lot in own.lots_of_profile(MCA, "bp-1", now)} == {"europe", "europe-2"}
    (partner,) = own.lots_of_customer(MCA, "c-1", now)
    assert (partner.id, partner.profile) == ("partner", "bp-2")
    assert partner == own.lots_of_profile(MCA, "bp-2", now)[0]
    assert own.lots_of_customer(MCA, "c-2", now) == []


def test_what_several_share_is_no_customers_credit(tmp_path: Path) -> None:
    """In a world of its own, since it changes who is billed."""
    world = opened(tmp_path)
    catalog = world.workspace.catalog
    before = [s for s in catalog.hierarchy().subscriptions if s.id == "s-3"]
    catalog.put_subscription(replace(before[0], id="s-4", customer_id="c-2"))
    catalog.put_subscription(replace(before[0], id="s-5", customer_id=None))
    own = world.workspace.consumption.credits
    assert len(own.lots_of_customer(MCA, "c-1", world.clock.now)) == 1
    # A section of its profile bills somebody else from now on.
    catalog.put_invoice_section(InvoiceSection(MCA, "is-2", "Other", "bp-2"))
    catalog.put_subscription(
        replace(before[0], id="s-5", customer_id=None, invoice_section_id="is-2")
    )
    assert own.lots_of_customer(MCA, "c-1", world.clock.now) == []
    world.workspace.close()


def test_a_summary_adds_up(world: World) -> None:
    own, now = world.workspace.consumption.credits, world.clock.now
    europe = own.summary(MCA, "bp-1", "EUR", now)
    key = f"{MCA}:bp-1"
    used = {lot: paid(world, key, lot) for lot in ("europe", "europe-2")}
    assert europe.current == ZERO
    assert europe.adjustments == Decimal(100_040)
    assert europe.charges == total(used.values())
    assert europe.charges > 0
    assert europe.expired == Decimal(40) - used["europe"]
    assert europe.estimated == Decimal(100_000) - used["europe-2"]
    assert europe.is_estimated
    none = own.summary(MCA, "bp-9", "EUR", now)
    assert (none.estimated, none.is_estimated) == (ZERO, False)


def events(world: World, lot: str) -> list[CreditEvent]:
    found = world.workspace.consumption.credits.events_of_account(EA, world.clock.now)
    assert [event.day for event in found] == sorted(event.day for event in found)
    return [event for event in found if event.lot_id == lot]


def test_events_walk_from_grant_to_balance(world: World) -> None:
    for lot in ("prepaid", "granted", "later"):
        found = events(world, lot)
        assert found[0].event_type == "NewCredit"
        left = ZERO
        for event in found:
            left += event.amount
            assert event.closed_balance == left
            charged = event.event_type in ("SettledCharges", "PendingCharges")
            assert (event.invoice is not None) == charged
        drawn = total(
            e.amount for e in found if e.event_type in ("SettledCharges", "PendingCharges")
        )
        assert -drawn == paid(world, EA, lot)
    settled = [event for event in events(world, "later") if event.event_type == "SettledCharges"]
    assert {event.invoice for event in settled} == {invoice_number(EA, OCTOBER, "USD")}
    assert all(event.day < NOVEMBER for event in settled)


def test_events_of_a_commitment(world: World) -> None:
    first, *days = events(world, "macc")
    assert (first.event_type, first.amount) == ("NewCredit", Decimal(100_000))
    assert -total(event.amount for event in days) == counted(world, EA, world.clock.now)
    assert days[-1].closed_balance == Decimal(100_000) - counted(world, EA, world.clock.now)
    assert all(event.closed_balance is None for event in events(world, "shared"))


def test_events_of_some_days(world: World) -> None:
    own, within = world.workspace.consumption.credits, Period(OCTOBER, NOVEMBER)
    found = own.events_of_profile(MCA, "bp-1", world.clock.now, within)
    assert {event.lot_id for event in found} == {"europe"}
    assert all(event.day in within for event in found)
    every = own.events_of_profile(MCA, "bp-1", world.clock.now)
    assert [event for event in every if event.day in within] == found
    assert len(every) > len(found)
