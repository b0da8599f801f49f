"""Invoices from sums of charges: lines, rounding, payments (billing-rules 13 and 16)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.billing.document import invoice_of, stored
from costplane.billing.draws import DayTotal, draws
from costplane.billing.invoice import Invoice
from costplane.billing.invoice_number import invoice_number
from costplane.billing.invoicing import BilledGroup, BilledPeriod, make_invoice
from costplane.billing.lot import Lot
from costplane.billing.minor_unit import in_minor_units

MONTH = datetime(2026, 10, 1, tzinfo=UTC)


def group(amount: str, publisher: str = "Azure", meter: str = "m", **facts: object) -> BilledGroup:
    return BilledGroup(
        publisher_type=publisher,
        seller="Microsoft",
        charge_category=str(facts.get("category", "Usage")),
        service="Foundry Models",
        product="p",
        meter=meter,
        resource_group="rg",
        subscription_id="s",
        subscription="S",
        invoice_section="",
        corrects=facts.get("corrects"),  # type: ignore[arg-type]
        unit="1K",
        quantity=Decimal(1),
        charges=1,
        billed_cost=Decimal(amount),
    )


def invoice(groups: list[BilledGroup], lots: list[Lot], currency: str = "USD") -> Invoice:
    period = BilledPeriod(
        "a", "a", "Account", "Account", MONTH, currency, "closed", date(2026, 11, 6), 30,
        datetime(2026, 11, 6, tzinfo=UTC),
    )  # fmt: skip
    days = [DayTotal(MONTH, g.eligible_as, currency, g.billed_cost) for g in groups]
    return make_invoice(period, groups, lots, draws(lots, days, {}), [], {"charges": 3})


def lot(amount: str, currency: str = "USD") -> Lot:
    return Lot("a", "lot-1", "Prepayment", "PurchasedCredit", Decimal(amount), currency, MONTH)


@pytest.mark.parametrize(
    ("amount", "currency", "printed"),
    [
        ("0.005", "USD", "0.00"),
        ("0.015", "USD", "0.02"),
        ("-0.015", "USD", "-0.02"),
        ("-0.004", "USD", "0.00"),
        ("0.0150000000001", "EUR", "0.02"),
        ("2.5", "JPY", "2"),
        ("0.0005", "KWD", "0.000"),
        ("1234567890123456789012.345", "USD", "1234567890123456789012.34"),
    ],
)
def test_a_line_is_rounded_half_even_to_the_minor_unit(
    amount: str, currency: str, printed: str
) -> None:
    assert str(in_minor_units(Decimal(amount), currency)) == printed


def test_sections_lines_and_the_difference_to_the_ledger() -> None:
    made = invoice(
        [
            group("0.004", "Marketplace"),
            group("1.005", meter="z"),
            group("2.015", meter="a", category="Purchase"),
            group("-0.5", meter="a", corrects="2026-09"),
            group("0", meter="free"),
        ],
        [],
    )
    assert [(s.publisher_type, s.subtotal) for s in made.sections] == [
        ("Azure", Decimal("2.52")),
        ("Marketplace", Decimal("0.00")),
    ]
    assert [(x.line, x.meter, x.charge_category, x.corrects) for x in made.lines] == [
        (1, "free", "Usage", None),
        (2, "z", "Usage", None),
        (3, "a", "Purchase", None),
        (4, "a", "Usage", "2026-09"),
        (5, "m", "Usage", None),
    ]
    assert made.ledger_total == Decimal("2.524")
    assert made.rounding == Decimal("-0.004")
    assert made.due == made.subtotal == Decimal("2.52")
    assert made.due_date == date(2026, 12, 6)


def test_what_lots_pay_in_full_leaves_no_cent() -> None:
    groups = [group("0.005", meter=str(n)) for n in range(9)] + [group("7", "Marketplace")]
    made = invoice(groups, [lot("100")])
    assert made.payments[0].ledger_amount == Decimal("0.045")
    assert made.due == Decimal(7)


def test_what_lots_leave_over_is_due() -> None:
    made = invoice([group("10.006"), group("3", "Marketplace")], [lot("4")])
    assert [p.amount for p in made.payments] == [4]
    assert made.payment_rounding == 0
    assert made.due == Decimal("9.01")
    assert made.paid + made.due == made.subtotal


def test_the_number_is_a_function_of_key_month_and_currency() -> None:
    assert invoice_number("a", MONTH, "USD") == "INV-202610-" + _digits("a|USD")
    assert invoice_number("a", MONTH, "EUR") != invoice_number("a", MONTH, "USD")


def _digits(text: str) -> str:
    import hashlib

    return hashlib.md5(text.encode()).hexdigest()[:8].upper()


def test_a_document_is_read_as_it_was_written() -> None:
    made = invoice([group("1.25"), group("-3.125", "Marketplace", corrects="2026-08")], [lot("1")])
    kept = stored(made).checked()
    assert invoice_of(kept) == made
    assert '"1.25"' in kept.document


amounts = st.decimals(min_value=-1_000, max_value=1_000, places=12)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(amounts, st.sampled_from(("Azure", "Marketplace", "External")))),
    st.decimals(min_value="0.01", max_value=900, places=3),
    st.sampled_from((("USD", 2), ("JPY", 0), ("KWD", 3))),
)
def test_an_invoice_adds_up(
    charged: list[tuple[Decimal, str]], prepaid: Decimal, money: tuple[str, int]
) -> None:
    currency, digits = money
    groups = [group(str(a), p, meter=str(n)) for n, (a, p) in enumerate(charged)]
    made = invoice(groups, [lot(str(prepaid), currency)], currency)
    lines = [Fraction(line.amount) for line in made.lines]
    assert sum(lines) == Fraction(made.subtotal)
    assert [Fraction(s.subtotal) for s in made.sections] == [
        sum(Fraction(line.amount) for line in s.lines) for s in made.sections
    ]
    for line in made.lines:
        assert abs(Fraction(line.amount) - Fraction(line.ledger_amount)) <= Fraction(
            1, 2 * 10**digits
        )
    exact = sum(Fraction(a) for a, _ in charged)
    assert Fraction(made.ledger_total) == exact
    assert Fraction(made.rounding) == Fraction(made.subtotal) - exact
    paid = sum(Fraction(p.amount) for p in made.payments) + Fraction(made.payment_rounding)
    assert Fraction(made.due) == Fraction(made.subtotal) - paid
    azure = sum((Fraction(a) for a, p in charged if p == "Azure"), Fraction(0))
    assert sum(Fraction(p.ledger_amount) for p in made.payments) == min(
        max(azure, Fraction(0)), Fraction(prepaid)
    )
    if made.payments and azure <= prepaid:
        others = [s.subtotal for s in made.sections if s.publisher_type != "Azure"]
        assert made.due == sum(others)
    else:
        assert made.payment_rounding == 0
