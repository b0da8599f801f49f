"""Reports about reservations and benefits: the ledger's hours, fetched as Azure's clients do."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.costmanagement import CostManagementClient

from tests.http.azure.conformance.estate import MCA, ORDER, PROFILE, RESERVATION
from tests.http.azure.conformance.registry import case
from tests.http.azure.conformance.sql import Books

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
ASKED: Any = {"startDate": START, "endDate": END, "grain": "Daily", "kind": "Reservation"}
PREFIX = "costmanagement.generate_benefit_utilization_summaries_report.begin_generate_by"


def downloaded(http: httpx.Client, url: str) -> list[dict[str, str]]:
    response = http.get(url)
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.text)))


def hours(books: Books, status: str) -> Decimal:
    ((units,),) = books.rows(
        "SELECT coalesce(sum(CommitmentDiscountQuantity), 0) FROM charges "
        f"WHERE CommitmentDiscountStatus IN ({status})"
    )
    return Decimal(units).scaleb(-12)


@pytest.mark.parametrize("profile", [None, PROFILE])
@case(
    "costmanagement.generate_reservation_details_report.begin_by_billing_account_id",
    "costmanagement.generate_reservation_details_report.begin_by_billing_profile_id",
)
def test_reservation_details(
    cost: CostManagementClient, http: httpx.Client, books: Books, profile: str | None
) -> None:
    days: Any = {"start_date": "2026-11-01", "end_date": "2026-11-30"}
    group: Any = cost.generate_reservation_details_report
    result = (
        group.begin_by_billing_profile_id(MCA, profile, **days)
        if profile
        else group.begin_by_billing_account_id(MCA, **days)
    ).result()
    assert result.status == "Completed"
    rows = downloaded(http, result.properties.report_url)
    assert sum(Decimal(row["UsedHours"]) for row in rows) == hours(books, "'Used'") > 0
    by_day = {row["UsageDate"]: Decimal(row["ReservedHours"]) for row in rows}
    assert sum(by_day.values()) == hours(books, "'Used', 'Unused'")
    assert {(row["ReservationOrderId"], row["ReservationId"]) for row in rows} == {
        (ORDER, RESERVATION)
    }
    assert all(row["InstanceId"].endswith("/deployments/ptu") for row in rows)


@case(
    f"{PREFIX}_billing_account",
    f"{PREFIX}_billing_profile",
    f"{PREFIX}_reservation_order_id",
    f"{PREFIX}_reservation_id",
)
def test_benefit_utilization(cost: CostManagementClient, http: httpx.Client, books: Books) -> None:
    group: Any = cost.generate_benefit_utilization_summaries_report
    operations = (
        group.begin_generate_by_billing_account(MCA, ASKED),
        group.begin_generate_by_billing_profile(MCA, PROFILE, ASKED),
        group.begin_generate_by_reservation_order_id(ORDER, ASKED),
        group.begin_generate_by_reservation_id(ORDER, RESERVATION, ASKED),
    )
    answers = []
    for operation in operations:
        result = operation.result()
        assert (result.status, result.input.grain) == ("Completed", "Daily")
        answers.append(downloaded(http, result.properties.report_url))
    days = books.rows(
        "SELECT substr(ChargePeriodStart, 1, 10) AS day, "
        "sum(CASE WHEN CommitmentDiscountStatus = 'Used' "
        "THEN CommitmentDiscountQuantity ELSE 0 END), "
        "sum(CommitmentDiscountQuantity) FROM charges "
        "WHERE CommitmentDiscountStatus IN ('Used', 'Unused') GROUP BY 1 ORDER BY 1"
    )
    wanted = [(day, round(Decimal(used) * 100 / Decimal(all_), 2)) for day, used, all_ in days]
    for rows in answers:
        found = [(r["UsageDate"][:10], Decimal(r["AvgUtilizationPercentage"])) for r in rows]
        assert found == wanted
        assert {row["Kind"] for row in rows} == {"Reservation"}


@case(f"{PREFIX}_savings_plan_order_id", f"{PREFIX}_savings_plan_id")
def test_savings_plans_are_not_used(cost: CostManagementClient, http: httpx.Client) -> None:
    group: Any = cost.generate_benefit_utilization_summaries_report
    order, plan = (f"d3a0c057-0000-4000-8000-0000000000d{n}" for n in (1, 2))
    for operation in (
        group.begin_generate_by_savings_plan_order_id(order, ASKED),
        group.begin_generate_by_savings_plan_id(order, plan, ASKED),
    ):
        assert downloaded(http, operation.result().properties.report_url) == []


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"grain": "Weekly"}, "grain"),
        ({"grain": None}, "grain"),
        ({"kind": "Other"}, "kind"),
        ({"startDate": "soon"}, "startDate"),
        ({"endDate": "2026-10-01"}, "endDate"),
        ({"startDate": 5}, "startDate"),
    ],
)
def test_bad_requests_are_named(
    cost: CostManagementClient, change: dict[str, Any], target: str
) -> None:
    group: Any = cost.generate_benefit_utilization_summaries_report
    body = {"startDate": "2026-11-01", "endDate": "2026-11-30", "grain": "Daily"} | change
    with pytest.raises(HttpResponseError) as caught:
        group.begin_generate_by_billing_account(MCA, body)
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.target == target
