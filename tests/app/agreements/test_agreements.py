"""Agreements from a file: taken whole or not at all, once, as versions that prices follow."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, NotFound, UnreadableFile
from costplane.pricing.adjustment import Discount, ExchangeRate, Markup

NOW = datetime(2026, 10, 15, 12, tzinfo=UTC)
ACCOUNT = "/providers/Microsoft.Billing/billingAccounts"
FILE = """\
name: contoso
source: European Central Bank
billing_accounts:
  - {id: 100001, name: Contoso, type: EnterpriseAgreement, currency: USD}
  - {id: "d3:b_2019", type: MicrosoftCustomerAgreement, currency: EUR}
departments:
  - {billing_account: 100001, id: D1, name: Research}
enrollment_accounts:
  - {billing_account: 100001, id: E1, department: D1}
billing_profiles:
  - {billing_account: "d3:b_2019", id: BP1, name: Europe, currency: EUR}
invoice_sections:
  - {billing_account: "d3:b_2019", id: IS1, name: Search, billing_profile: BP1}
customers:
  - {billing_account: "d3:b_2019", id: CU1, name: Woodgrove, billing_profile: BP1}
subscriptions:
  - {id: s1, name: One, billing_account: 100001, enrollment_account: E1}
  - {id: s2, billing_account: "d3:b_2019", invoice_section: IS1, customer: CU1}
discounts:
  - {name: year, percent: 12.5 %, scope: /subscriptions/S1, publisher_type: Azure,
     provider: azure.ai.openai, valid_from: 2026-01-01, valid_to: 2027-01-01}
markups:
  - {name: it, percent: 5, tags: {Team: search}, valid_from: 2026-01-01}
  - {name: image, amount: 0.01, currency: EUR, unit: 1 Images, valid_from: 2026-01-01}
exchange_rates:
  - {from: USD, to: EUR, month: 2026-10, rate: 0.92}
  - {from: USD, to: JPY, day: 2026-10-02, rate: 151.5, source: own}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "data", now=lambda: NOW)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "agreement.yaml"
    path.write_text(text)
    return path


def test_an_agreement_is_taken_once(workspace: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    first = workspace.agreements.take(path, NOW)
    assert (first.accounts, first.levels, first.subscriptions, first.adjustments) == (2, 5, 2, 5)
    assert (first.version, first.already_known) == (1, False)
    again = workspace.agreements.take(path, NOW)
    assert (again.version, again.already_known) == (1, True)
    assert [v.rows for v in workspace.agreements.versions()] == [5]
    for below, subscription in (
        ("100001/departments/d1", "s1"),
        ("d3:b_2019/billingProfiles/BP1", "s2"),
        ("d3:b_2019/customers/CU1", "s2"),
    ):
        selected = workspace.catalog.select(parse_scope(f"{ACCOUNT}/{below}"))
        assert selected.subscriptions == frozenset({subscription})


def test_adjustments_keep_their_source(workspace: Workspace, tmp_path: Path) -> None:
    workspace.agreements.take(written(tmp_path, FILE), NOW)
    discount, it, image, euro, yen = workspace.agreements.show(1)
    assert isinstance(discount, Discount)
    assert (discount.percent, discount.told.line) == (Decimal("12.5"), 20)
    assert (discount.applies.scope, discount.applies.provider) == ("/subscriptions/s1", "azure")
    assert discount.applies.valid_to == datetime(2027, 1, 1, tzinfo=UTC)
    assert isinstance(it, Markup)
    assert it.applies.tags == (("Team", "search"),)
    assert isinstance(image, Markup)
    assert (image.amount, image.unit, image.block_size) == (Decimal("0.01"), "Images", Decimal(1))
    assert isinstance(euro, ExchangeRate)
    assert isinstance(yen, ExchangeRate)
    assert (euro.day, euro.source) == (date(2026, 10, 1), "European Central Bank")
    assert (yen.source, yen.told.file, yen.told.imported_at) == ("own", "agreement.yaml", NOW)
    assert len(yen.told.sha256) == 64


def test_a_corrected_rate_is_a_further_version(workspace: Workspace, tmp_path: Path) -> None:
    workspace.agreements.take(written(tmp_path, FILE), NOW)
    corrected = FILE.replace("rate: 0.92", "rate: 0.93")
    assert workspace.agreements.take(written(tmp_path, corrected), NOW).version == 2

    def rate(version: int) -> Fraction:
        book = workspace.prices.at(version)
        found = book.adjustments.exchange("USD", "EUR", date(2026, 10, 15))
        assert found is not None
        return found.rate

    assert (rate(1), rate(2)) == (Fraction(92, 100), Fraction(93, 100))
    assert workspace.prices.version() == 2
    with pytest.raises(NotFound, match="version 9"):
        workspace.agreements.show(9)


def test_only_levels_make_no_version(workspace: Workspace, tmp_path: Path) -> None:
    text = FILE.partition("discounts:")[0]
    done = workspace.agreements.take(written(tmp_path, text), NOW)
    assert (done.version, done.adjustments, workspace.prices.version()) == (None, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("percent: 101", "percent: 12.5 %", r"yaml:20: percent: a discount is from 0 to 100"),
        ("valid_from: soon", "valid_from: 2026-01-01, valid_to", r"yaml:20: valid_from: is 'soon'"),
        ("unit: 1 Apples", "unit: 1 Images", r"yaml:24: unit: is '1 Apples'"),
        ("rate: 0", "rate: 0.92", r"yaml:26: rate: a rate is above zero"),
        ("rate: 1.5x", "rate: 151.5", r"yaml:27: rate: is '1.5x'"),
        ("colour: red", "source: own", r"yaml:27: colour: is no field"),
        ("type: Gold", "type: EnterpriseAgreement", r"yaml:4: type: is 'Gold'"),
        ("billing_profile: BP2", "billing_profile: BP1", r"yaml:13: billing_profile: 'bp2'"),
        ("invoice_section: IS9", "invoice_section: IS1", r"yaml:18: invoice_section: 'is9'"),
        ("billing_account: 7, id: D1", "billing_account: 100001, id: D1", r"'7' is told nowhere"),
        (
            "id: E1, department: D1, colour: red",
            "id: E1, department: D1",
            r"yaml:9: colour: is no field",
        ),
        (
            "scope: /providers/microsoft.management/managementgroups/g",
            "scope: /subscriptions/S1",
            r"yaml:20: scope: a management group pays nothing",
        ),
    ],
)
def test_nothing_of_a_file_with_a_fault_is_taken(
    workspace: Workspace, tmp_path: Path, wrong: str, right: str, message: str
) -> None:
    assert right in FILE
    suffix = ", valid_to" if right.endswith(", valid_to") else ""
    path = written(tmp_path, FILE.replace(right, wrong + suffix, 1))
    with pytest.raises(InvalidInput, match=message):
        workspace.agreements.take(path, NOW)
    assert workspace.catalog.hierarchy().billing_accounts == ()
    assert workspace.agreements.versions() == []


def test_every_fault_is_told(workspace: Workspace, tmp_path: Path) -> None:
    text = FILE.replace("percent: 12.5 %", "percent: x").replace("rate: 0.92", "rate: -1")
    with pytest.raises(InvalidInput) as raised:
        workspace.agreements.take(written(tmp_path, text), NOW)
    assert "yaml:20: percent" in raised.value.message
    assert "yaml:26: rate" in raised.value.message


@pytest.mark.parametrize("text", ["- a list", ": ["])
def test_what_is_no_agreement_is_unreadable(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    with pytest.raises(UnreadableFile):
        workspace.agreements.take(written(tmp_path, text), NOW)


def test_what_a_file_does_not_tell_of_a_subscription_stays(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.agreements.take(written(tmp_path, FILE), NOW)
    moved = 'subscriptions:\n  - {id: s1, billing_account: "d3:b_2019", invoice_section: IS1}\n'
    workspace.agreements.take(written(tmp_path, moved), NOW)
    (subscription,) = [s for s in workspace.catalog.hierarchy().subscriptions if s.id == "s1"]
    assert (subscription.name, subscription.invoice_section_id) == ("One", "is1")
    assert subscription.enrollment_account_id is None
