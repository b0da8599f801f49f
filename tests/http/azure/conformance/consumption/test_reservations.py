"""Reservations of provisioned throughput as Azure's clients see them: use, instances, payments.

A reservation of 30 units is used by two deployments of two subscriptions. What each hour used is
worked out here, minute by minute, from the histories alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.mgmt.consumption import ConsumptionManagementClient
from azure.mgmt.costmanagement import CostManagementClient
from starlette.testclient import TestClient

from costplane.access.assignment import Assignee, Assignment
from costplane.access.roles import READER
from costplane.app.access.callers import Caller
from costplane.app.workspace import Workspace
from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.model import BillingAccount, Deployment, Resource, Subscription
from costplane.catalog.reservations import Reservation
from costplane.http.app import create_app
from tests.app.capacity import test_settling as capacity
from tests.app.estate import take
from tests.http.azure.conformance.conftest import Credential, options
from tests.http.azure.conformance.consumption.conftest import Served, serving, trusting
from tests.http.azure.conformance.registry import case
from tests.http.test_nothing_leaks import Known

NOW = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
START = capacity.START
OTHER = capacity.RESOURCE.replace("/s-1/", "/s-2/")
MCA = "mca:1_2019-05-31"
ORDER = "/providers/Microsoft.Capacity/reservationorders/o-1"
CONSUMPTION = "/providers/Microsoft.Consumption"
ACCOUNT = "/providers/Microsoft.Billing/billingAccounts/1"
RANGE = "properties/usageDate ge 2026-10-30 AND properties/usageDate le 2026-11-02"
ZERO = Decimal(0)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = capacity.open_in(tmp_path_factory.mktemp("reserved"), NOW)
    catalog = opened.catalog
    catalog.put_subscription(Subscription("s-2", "Two", billing_account_id="1"))
    catalog.put_resource(Resource(OTHER, "two", "westeurope"))
    catalog.put_deployment(*capacity.deployments(*capacity.HISTORY))
    kind = "GlobalProvisionedManaged"
    since = START + timedelta(hours=20)
    catalog.put_deployment(Deployment(OTHER, "more", "gpt-4o", "v", kind, 15, since))
    catalog.put_reservation(capacity.reservation())
    _partner(opened)
    take(opened, capacity.calls(7, 60))
    opened.settle()
    yield opened
    opened.close()


def _partner(opened: Workspace) -> None:
    """A reservation of a billing profile, paid by the month, which nothing uses."""
    catalog = opened.catalog
    catalog.put_billing_account(BillingAccount(MCA, "P", "MicrosoftCustomerAgreement", "USD"))
    catalog.put_billing_profile(BillingProfile(MCA, "bp-1", "Europe", "USD"))
    catalog.put_invoice_section(InvoiceSection(MCA, "is-1", "Search", "bp-1"))
    catalog.put_subscription(
        Subscription("s-9", "Nine", billing_account_id=MCA, invoice_section_id="is-1")
    )
    start = datetime(2026, 10, 1, 9, tzinfo=UTC)
    catalog.put_reservation(
        Reservation(
            *("r-9", "o-9", "idle", "DataZone", "westeurope", 4, "P1Y", "Monthly"),
            *(start, start.replace(year=2027), MCA, "s-9", None, Decimal(1200), "USD"),
        )
    )


@dataclass(frozen=True)
class Hour:
    start: datetime
    one: Decimal
    two: Decimal

    @property
    def used(self) -> Decimal:
        return self.one + self.two


def hours() -> list[Hour]:
    """Unit-hours that each deployment used of the 30: the first by its id goes first."""
    found = []
    start = (START + timedelta(hours=10)).replace(minute=0)
    while start + timedelta(hours=1) <= NOW:
        minutes = [start + timedelta(minutes=m) for m in range(60)]
        ones = Decimal(sum(units_at(minute) for minute in minutes))
        twos = Decimal(15 * sum(minute >= START + timedelta(hours=20) for minute in minutes))
        one = min(ones, Decimal(1800))
        two = min(twos, Decimal(1800) - one)
        found.append(Hour(start, one / 60, two / 60))
        start += timedelta(hours=1)
    return found


def units_at(minute: datetime) -> int:
    standing = [units for since, units in capacity.HISTORY if since <= minute]
    return standing[-1] if standing else 0


@pytest.fixture(scope="module")
def served(
    workspace: Workspace, page: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with serving(workspace, page, tmp_path_factory.mktemp("tls")) as found:
        yield found


@pytest.fixture
def client(served: Served) -> Iterator[ConsumptionManagementClient]:
    with ConsumptionManagementClient(Credential(), "s-1", **options(served)) as found:
        yield found


def close(found: object, expected: Decimal) -> bool:
    return abs(Decimal(str(found)) - expected) < Decimal("1e-6")


@case(
    "consumption.reservations_summaries.list_by_reservation_order",
)
def test_daily_summaries(client: ConsumptionManagementClient) -> None:
    found = list(
        client.reservations_summaries.list_by_reservation_order("o-1", grain="daily", filter=RANGE)
    )
    by_day: dict[Any, list[Hour]] = {}
    for hour in hours():
        by_day.setdefault(hour.start.date(), []).append(hour)
    assert [s.properties.usage_date.date() for s in found if s.properties] == list(by_day)  # type: ignore[union-attr]
    for summary, day in zip(found, by_day.values(), strict=True):
        told = summary.properties
        assert told is not None
        used = sum((hour.used for hour in day), ZERO)
        assert close(told.reserved_hours, Decimal(30 * len(day)))
        assert close(told.used_hours, used)
        shares = [100 * hour.used / 30 for hour in day]
        assert close(told.min_utilization_percentage, round(min(shares), 2))
        assert close(told.max_utilization_percentage, round(max(shares), 2))
        assert close(told.avg_utilization_percentage, round(100 * used / (30 * len(day)), 2))
        assert (told.reservation_id, told.sku_name) == ("r-1", "GlobalProvisionedManaged")
        assert (told.purchased_quantity, told.kind) == (Decimal(30), "Reservation")
        assert close(
            Decimal(str(told.used_quantity)) + Decimal(str(told.remaining_quantity)), Decimal(30)
        )


@case(
    "consumption.reservations_summaries.list_by_reservation_order_and_reservation",
)
def test_monthly_summaries(client: ConsumptionManagementClient) -> None:
    found = client.reservations_summaries.list_by_reservation_order_and_reservation(
        "o-1", "R-1", grain="monthly"
    )
    october, november = [summary.properties for summary in found]
    assert october is not None
    assert november is not None
    assert [d.usage_date.day for d in (october, november) if d.usage_date] == [1, 1]
    parts = [h.used for h in hours() if h.start.month == 10]
    assert close(october.used_hours, sum(parts, ZERO))
    assert close(october.reserved_hours, Decimal(30 * len(parts)))
    only = "properties/usageDate ge 2026-10-15 AND properties/usageDate le 2026-11-20"
    (same,) = client.reservations_summaries.list_by_reservation_order(
        "o-1", grain="monthly", filter=only
    )
    assert same.properties == november


@case(
    "consumption.reservations_summaries.list",
)
def test_summaries_of_a_billing_account(client: ConsumptionManagementClient) -> None:
    mine = list(client.reservations_summaries.list(ACCOUNT, grain="daily", filter=RANGE))
    order = client.reservations_summaries.list_by_reservation_order(
        "o-1", grain="daily", filter=RANGE
    )
    assert [s.properties for s in mine] == [s.properties for s in order]
    assert str(mine[0].id).startswith(f"{ACCOUNT}/providers/Microsoft.Consumption/")
    profile = f"/providers/Microsoft.Billing/billingAccounts/{MCA}/billingProfiles/bp-1"
    (idle,) = client.reservations_summaries.list(
        profile, grain="daily", start_date="2026-10-31", end_date="2026-10-31"
    )
    assert idle.properties is not None
    assert (idle.properties.reserved_hours, idle.properties.used_hours) == (Decimal(96), Decimal(0))
    assert (idle.properties.avg_utilization_percentage, idle.properties.sku_name) == (
        *(Decimal(0), "DataZoneProvisionedManaged"),
    )
    named = {"reservation_order_id": "o-1", "reservation_id": "r-1"}
    days = {"start_date": "2026-10-31", "end_date": "2026-10-31"}
    assert list(client.reservations_summaries.list(profile, grain="daily", **days, **named)) == []


@case(
    "consumption.reservations_details.list",
    "consumption.reservations_details.list_by_reservation_order",
    "consumption.reservations_details.list_by_reservation_order_and_reservation",
)
def test_details(client: ConsumptionManagementClient) -> None:
    found = list(client.reservations_details.list_by_reservation_order("o-1", filter=RANGE))
    told: dict[tuple[Any, ...], Decimal] = {}
    for detail in found:
        own = detail.properties
        assert own is not None
        assert own.usage_date is not None
        told[own.usage_date.date(), own.instance_id] = Decimal(str(own.used_hours))
        assert close(own.total_reserved_quantity, Decimal(30))
    expected: dict[tuple[Any, ...], Decimal] = {}
    for hour in hours():
        for resource, used in ((capacity.RESOURCE, hour.one), (OTHER, hour.two)):
            place = (hour.start.date(), resource)
            expected[place] = expected.get(place, ZERO) + used
    expected = {place: used for place, used in expected.items() if used}
    assert {place: round(used, 6) for place, used in told.items()} == {
        place: round(used, 6) for place, used in expected.items()
    }
    assert len({detail.id for detail in found}) == len(found)
    listed = client.reservations_details.list(ACCOUNT, filter=RANGE)
    assert [detail.properties for detail in listed] == [detail.properties for detail in found]
    one = client.reservations_details.list_by_reservation_order_and_reservation(
        "o-1", "r-1", filter=RANGE
    )
    assert [detail.properties for detail in one] == [detail.properties for detail in found]


@case(
    "consumption.reservation_transactions.list",
)
def test_transactions(client: ConsumptionManagementClient) -> None:
    (payment,) = client.reservation_transactions.list(
        "1",
        filter="properties/eventDate+ge+2026-10-02+AND+properties/eventDate+le+2026-10-03",
        use_markup_if_partner=True,
        preview_markup_percentage=Decimal("15.5"),
    )
    told = payment.properties
    assert told is not None
    assert told.event_date == START + timedelta(hours=10, minutes=5)
    assert (told.event_type, told.quantity, told.amount, told.currency) == (
        *("Purchase", Decimal(30), Decimal(7800), "USD"),
    )
    assert (told.billing_frequency, told.billing_month, told.term, told.region) == (
        *("OneTime", 20261001, "P1M", "westeurope"),
    )
    assert (told.reservation_order_id, told.purchasing_subscription_guid) == ("o-1", "s-1")
    assert (told.monetary_commitment, told.overage) == (Decimal(0), Decimal(7800))
    none = "properties/eventDate ge 2026-11-01 AND properties/eventDate le 2026-11-03"
    assert list(client.reservation_transactions.list("1", filter=none)) == []


@case(
    "consumption.reservation_transactions.list_by_billing_profile",
)
def test_transactions_of_a_profile(client: ConsumptionManagementClient) -> None:
    october, november = client.reservation_transactions.list_by_billing_profile(MCA, "bp-1")
    for payment in (october, november):
        assert payment.properties is not None
        assert (payment.properties.amount, payment.properties.billing_frequency) == (
            Decimal(100),
            "Recurring",
        )
        assert payment.properties.invoice_section_name == "Search"
        assert str(payment.properties.invoice_id).endswith(str(payment.properties.invoice))
    assert october.id != november.id


@case(
    "costmanagement.benefit_utilization_summaries.list_by_billing_account_id",
    "costmanagement.benefit_utilization_summaries.list_by_billing_profile_id",
    "costmanagement.benefit_utilization_summaries.list_by_savings_plan_order",
    "costmanagement.benefit_utilization_summaries.list_by_savings_plan_id",
)
def test_benefits(served: Served) -> None:
    with CostManagementClient(Credential(), **options(served)) as costs:
        uses = costs.benefit_utilization_summaries
        days = "properties/usageDate ge 2026-10-31 and properties/usageDate le 2026-10-31"
        (found,) = uses.list_by_billing_account_id("1", grain_parameter="Daily", filter=days)
        assert (found.kind, found.type) == (
            *("Reservation", "Microsoft.CostManagement/benefitUtilizationSummaries"),
        )
        told = found.as_dict()["properties"]
        used = [hour.used for hour in hours() if hour.start.day == 31]
        assert close(told["avgUtilizationPercentage"], round(sum(used, ZERO) * 100 / 720, 2))
        assert told["benefitId"].endswith("/reservationorders/o-1/reservations/r-1")
        assert told["benefitOrderId"].endswith("/reservationorders/o-1")
        assert told["armSkuName"] == "GlobalProvisionedManaged"
        (idle,) = uses.list_by_billing_profile_id(
            MCA, "bp-1", grain_parameter="Monthly", filter=f"{days.replace('31', '01')}"
        )
        assert idle.as_dict()["properties"]["maxUtilizationPercentage"] == 0
        other = f"{days} and properties/benefitOrderId eq 'o-2'"
        assert (
            list(uses.list_by_billing_account_id("1", grain_parameter="Daily", filter=other)) == []
        )
        assert list(uses.list_by_savings_plan_order("p-1", grain_parameter="Daily")) == []
        assert list(uses.list_by_savings_plan_id("p-1", "p-2", grain_parameter="Monthly")) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{ORDER}{CONSUMPTION}/reservationSummaries?grain=daily", "BadRequest"),
        (f"{ORDER}{CONSUMPTION}/reservationSummaries?grain=hourly", "BadRequest"),
        (f"{ORDER}{CONSUMPTION}/reservationSummaries?", "BadRequest"),
        (f"{ORDER}{CONSUMPTION}/reservationDetails?", "BadRequest"),
        (f"{ORDER}x{CONSUMPTION}/reservationSummaries?grain=monthly", "NotFound"),
        (
            f"{ACCOUNT}{CONSUMPTION}/reservationSummaries?grain=monthly&reservationId=r",
            "BadRequest",
        ),
        (f"{ACCOUNT}x{CONSUMPTION}/reservationSummaries?grain=monthly", "NotFound"),
        (f"{ACCOUNT}{CONSUMPTION}/reservationTransactions?useMarkupIfPartner=no", "BadRequest"),
        (f"{ACCOUNT}{CONSUMPTION}/reservationTransactions?previewMarkupPercentage=x", "BadRequest"),
        (f"/subscriptions/s-1{CONSUMPTION}/reservationSummaries?grain=monthly", "InvalidScope"),
    ],
)
def test_what_cannot_be_answered(served: Served, path: str, code: str) -> None:
    address, authority = served
    response = httpx.get(f"{address}{path}&api-version=2024-08-01", verify=trusting(authority))
    assert response.json()["error"]["code"] == code
    assert 400 <= response.status_code < 500


def test_instances_elsewhere_have_no_name(workspace: Workspace) -> None:
    """Who may see what pays for a reservation sees how much of it others used, but not who."""
    held = (Assignment(Assignee("User", "test:me"), READER, "/subscriptions/s-1"),)
    app = create_app(workspace, authentication=Known(Caller("me", held, workspace.catalog)))
    with TestClient(app) as caller:
        path = f"{ORDER}{CONSUMPTION}/reservationDetails?api-version=2024-08-01&$filter={RANGE}"
        answer = json.loads(caller.get(path).text, parse_float=Decimal)
        properties = [item["properties"] for item in answer["value"]]
        assert {p["instanceId"] for p in properties} == {capacity.RESOURCE, None}
        hidden = sum((Decimal(p["usedHours"]) for p in properties if not p["instanceId"]), ZERO)
        assert close(hidden, sum((hour.two for hour in hours()), ZERO))
        refused = caller.get(
            f"{ORDER.replace('o-1', 'o-9')}{CONSUMPTION}/reservationDetails?"
            f"api-version=2024-08-01&$filter={RANGE}"
        )
        unknown = caller.get(
            f"{ORDER.replace('o-1', 'o-x')}{CONSUMPTION}/reservationDetails?"
            f"api-version=2024-08-01&$filter={RANGE}"
        )
        assert refused.status_code == unknown.status_code == 403
