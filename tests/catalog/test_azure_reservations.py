"""Reservations of Azure's lists: what has ended before its term."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from costplane.catalog.azure_reservations import put_together, reservation_parts
from costplane.catalog.reservations import Reservation

START = "2026-02-01T08:30:00Z"
CHANGED = datetime(2026, 9, 20, 17, 5, tzinfo=UTC)
TERM = datetime(2027, 2, 1, 8, 30, tzinfo=UTC)


def read(**facts: Any) -> Reservation:
    item = {
        "id": "/providers/microsoft.capacity/reservationOrders/o-1/reservations/r-1",
        "location": "westeurope",
        "sku": {"name": "GlobalProvisionedManaged"},
        "properties": {
            "appliedScopeType": "Shared",
            "billingPlan": "Upfront",
            "billingScopeId": "/subscriptions/s-1",
            "benefitStartTime": START,
            "quantity": 50,
            "term": "P1Y",
            **facts,
        },
    }
    part = reservation_parts(item)
    assert part is not None
    (found,) = put_together([part], {}, {"s-1": "1"})
    assert isinstance(found, Reservation)
    return found


@pytest.mark.parametrize("end", [{}, {"expiryDate": "2027-02-01"}])
def test_the_term_ends_where_it_was_bought_for(end: dict[str, str]) -> None:
    found = read(provisioningState="Succeeded", lastUpdatedDateTime="2026-09-20T17:05:00Z", **end)
    assert not found.given_back
    assert found.ends == TERM


@pytest.mark.parametrize("end", [{}, {"expiryDateTime": "2027-02-01T08:30:00Z"}])
def test_what_is_cancelled_was_given_back(end: dict[str, str]) -> None:
    found = read(provisioningState="Cancelled", lastUpdatedDateTime=CHANGED.isoformat(), **end)
    assert found.given_back
    assert found.ends == found.valid_to == CHANGED


def test_a_cancellation_of_unknown_time_is_not_guessed() -> None:
    assert not read(provisioningState="Cancelled").given_back
