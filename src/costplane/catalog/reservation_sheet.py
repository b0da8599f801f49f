"""Reservations written by hand, in YAML: for those that no Azure CLI can list.

    reservations:
      - id: d3a0c057-0000-4000-8000-0000000000c2
        order: d3a0c057-0000-4000-8000-0000000000c1
        name: ptu-sweden
        deployment_type: DataZoneProvisionedManaged
        region: swedencentral
        units: 50
        term: P1Y
        billing_plan: Monthly
        from: 2026-02-01
        billing_account: 100001

`applied_scope` (a scope id; without it shared), `billing_subscription`, `to` and `price` with
`currency` (for the whole term and all units) may be left out.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import yaml

from costplane.catalog.reservations import (
    PROVISIONED_SCOPES,
    RESERVED_SCOPES,
    TERM_MONTHS,
    BillingPlan,
    Reservation,
    ReservedScope,
    Term,
)
from costplane.core.period import months_later, parse_instant
from costplane.errors import InvalidInput, UnreadableFile

_NEEDED = frozenset(
    {"id", "order", "deployment_type", "region", "units", "term", "from", "billing_account"}
)
_OPTIONAL = frozenset(
    {"name", "billing_plan", "to", "billing_subscription", "applied_scope", "price", "currency"}
)
_MOST_BYTES = 16 * 1024 * 1024


def read_reservation_sheet(content: bytes) -> list[Reservation]:
    """The reservations of a file; nothing is taken of one with a fault.

    Raises UnreadableFile if it is no such file, InvalidInput naming the reservation and field.
    """
    if len(content) > _MOST_BYTES:
        raise UnreadableFile(f"the file has {len(content):,} bytes; at most 16 MB are read")
    try:
        document = yaml.load(content.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableFile(f"this is no YAML: {error}") from None
    rows = document.get("reservations") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise UnreadableFile("the file has no list 'reservations' at its top")
    return [_read(number, row) for number, row in enumerate(rows, start=1)]


def _read(number: int, row: object) -> Reservation:
    place = f"reservation {number}"
    if not isinstance(row, dict):
        raise InvalidInput(f"{place} has no fields; write 'id: ...'", target="reservations")
    unknown, missing = row.keys() - _NEEDED - _OPTIONAL, _NEEDED - row.keys()
    if unknown or missing:
        fault = "does not know the field" if unknown else "lacks the field"
        field = min(unknown or missing)
        raise InvalidInput(f"{place} {fault} '{field}'", target=field)
    try:
        return _reservation(row)
    except InvalidInput as error:
        raise InvalidInput(f"{place}: {error.message}", target=error.target) from None


def _reservation(row: dict[str, Any]) -> Reservation:
    term, start = cast(Term, row["term"]), _instant(row, "from")
    if term not in TERM_MONTHS:
        raise InvalidInput(f"term is {term!r}; use one of {', '.join(TERM_MONTHS)}", target="term")
    return Reservation(
        id=row["id"],
        order_id=row["order"],
        name=row.get("name") or row["id"],
        deployment_scope=_deployment_scope(row["deployment_type"]),
        region=row["region"],
        units=_units(row["units"]),
        term=term,
        billing_plan=cast(BillingPlan, row.get("billing_plan") or "Upfront"),
        valid_from=start,
        valid_to=_instant(row, "to") if row.get("to") else months_later(start, TERM_MONTHS[term]),
        billing_account_id=row["billing_account"],
        billing_subscription=row.get("billing_subscription") or None,
        applied_scope=_applied_scope(row.get("applied_scope")),
        price=_price(row.get("price")),
        currency=row.get("currency") or None,
    )


def _deployment_scope(told: str) -> ReservedScope:
    scopes = {**PROVISIONED_SCOPES, **{scope.lower(): scope for scope in RESERVED_SCOPES}}
    found = scopes.get(str(told).lower())
    if found is None:
        raise InvalidInput(
            f"deployment_type is '{told}'; use GlobalProvisionedManaged, "
            "DataZoneProvisionedManaged or ProvisionedManaged",
            target="deployment_type",
        )
    return found


def _applied_scope(told: str | None) -> str | None:
    return None if not told or told.lower() == "shared" else told


def _units(told: str) -> int:
    if not (told.isascii() and told.isdecimal() and len(told) <= 9):
        raise InvalidInput(f"units is '{told}'; give a whole number", target="units")
    return int(told)


def _price(told: str | None) -> Decimal | None:
    try:
        return Decimal(told) if told else None
    except InvalidOperation:
        raise InvalidInput(f"price is '{told}'; give an amount", target="price") from None


def _instant(row: dict[str, Any], field: str) -> datetime:
    try:
        return parse_instant(row[field])
    except ValueError:
        raise InvalidInput(
            f"{field} is '{row[field]}'; give a date such as 2026-10-01", target=field
        ) from None
