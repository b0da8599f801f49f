"""A commitment of the billed estate is drawn down by what its rules name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.catalog.reservations import BillingPlan, Reservation
from costplane.errors import NotFound
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import OCTOBER, Clock

CALLS = billed.calls(21, 40, OCTOBER, 31)
FILE = """\
commitments:
  - id: macc
    billing_accounts: [EA-1]
    amount: 100
    currency: USD
    start: 2026-10-01
    end: 2027-10-01
    eligibility: [{rules}]
"""
RULES = (
    '{publisher_type: Azure, counts: "yes", source: terms}, '
    '{offer: CLAUDE-OFFER, counts: "no", source: letter}'
)


def test_what_counts_is_what_somebody_stated(tmp_path: Path) -> None:
    workspace = billed.opened(tmp_path, Clock())
    estate.take(workspace, CALLS)
    sums = billed.by_day(CALLS)
    azure = sum(amount for (_, publisher), amount in sums.items() if publisher == "Azure")
    offered = sum(amount for (_, publisher), amount in sums.items() if publisher == "Marketplace")
    file = tmp_path / "c.yaml"
    file.write_text(FILE.format(rules=""))
    assert workspace.commitments.take(file, workspace.now()) == 1
    burned = workspace.commitments.state("macc", workspace.now()).burn_down
    assert burned.counted == burned.excluded == 0
    assert Fraction(burned.unknown) == azure + offered
    file.write_text(FILE.format(rules=RULES))
    workspace.commitments.take(file, workspace.now())
    (state,) = workspace.commitments.states(workspace.now())
    assert Fraction(state.burn_down.counted) == azure
    assert Fraction(state.burn_down.excluded) == offered
    assert state.burn_down.unknown == state.without_amount == 0
    by_day = {day.day: Fraction(day.counted) for day in state.burn_down.days}
    assert all(by_day[day] == a for (day, publisher), a in sums.items() if publisher == "Azure")
    with pytest.raises(NotFound, match="no commitment 'other'; known: macc"):
        workspace.commitments.state("other", workspace.now())
    workspace.close()


def test_a_reservation_paid_upfront_is_not_expected_again(tmp_path: Path) -> None:
    workspace = billed.opened(tmp_path, Clock())
    estate.take(workspace, CALLS)
    file = tmp_path / "c.yaml"
    file.write_text(FILE.format(rules=RULES))
    workspace.commitments.take(file, workspace.now())
    before = workspace.commitments.state("macc", workspace.now()).burn_down
    plans: tuple[BillingPlan, ...] = ("Upfront", "Monthly")
    for number, plan in enumerate(plans):
        one = Reservation(
            id=f"r-{number}",
            order_id="order",
            name=plan,
            deployment_scope="Global",
            region="westeurope",
            units=1,
            term="P1M",
            billing_plan=plan,
            valid_from=datetime(2026, 10, 20, tzinfo=UTC),
            valid_to=datetime(2026, 11, 20, tzinfo=UTC),
            billing_account_id="EA-1",
            price=Decimal(300),
            currency="USD",
        )
        workspace.import_resources([], reservations=[one])
    after = workspace.commitments.state("macc", workspace.now()).burn_down
    assert after.counted == before.counted + 600
    assert after.once == 300
    assert before.run_rate is not None
    assert after.run_rate == before.run_rate + 10  # 300 a month
    assert after.formula.endswith("300 in these days was once and is not repeated")
    workspace.close()
