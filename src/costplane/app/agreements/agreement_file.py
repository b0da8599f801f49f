"""An agreement as a YAML file: accounts and their levels, discounts, markups, exchange rates.

docs/agreements.md has the fields. Nothing of a file with a fault is taken; each fault names its
line and field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast, get_args

from costplane.app.agreements.adjustment_rows import discount, exchange_rate, markup
from costplane.billing.text_rows import Row, read_document
from costplane.catalog.agreement import (
    AgreementPart,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import AgreementType, BillingAccount, ManagementGroup, Subscription
from costplane.errors import InvalidInput
from costplane.pricing.adjustment import Adjustment, Told

V = TypeVar("V")

_TOLD = 20
"""Faults that a refusal lists; the others are counted."""

_LISTS = (
    "billing_accounts",
    "departments",
    "enrollment_accounts",
    "billing_profiles",
    "invoice_sections",
    "customers",
    "management_groups",
    "subscriptions",
    "discounts",
    "markups",
    "exchange_rates",
)
_PLACES = ("enrollment_account", "invoice_section", "customer")


@dataclass(frozen=True, slots=True)
class AgreementFile:
    """What a file tells. `told` names it; adjustments carry it with their lines."""

    told: Told
    accounts: tuple[BillingAccount, ...]
    parts: tuple[tuple[Row, AgreementPart], ...]
    groups: tuple[tuple[Row, ManagementGroup], ...]
    subscriptions: tuple[tuple[Row, Subscription], ...]
    adjustments: tuple[Adjustment, ...]


def read_agreement(path: Path, imported_at: datetime) -> AgreementFile:
    """The agreement in a file. Raises UnreadableFile for one that is no YAML, InvalidInput that
    names every faulty line."""
    document = read_document(path)
    with document.placing():
        document.only(("name", "source", *_LISTS))
        name = document.text("name", path.name.split(".")[0])
        source = document.text("source", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    told = Told(name, 0, path.name, digest, 0, imported_at)
    reader = _Reader(document, [])
    found = AgreementFile(
        told=told,
        accounts=tuple(reader.each("billing_accounts", _account)),
        parts=tuple(_parts(reader)),
        groups=tuple(reader.each("management_groups", _with_row(_group))),
        subscriptions=tuple(reader.each("subscriptions", _with_row(_subscription))),
        adjustments=(
            *reader.each("discounts", lambda row: discount(row, told)),
            *reader.each("markups", lambda row: markup(row, told)),
            *reader.each("exchange_rates", lambda row: exchange_rate(row, told, source)),
        ),
    )
    if reader.faults:
        refuse(path, reader.faults)
    return found


def refuse(path: Path | str, faults: list[InvalidInput]) -> None:
    """Raises InvalidInput with the faults of a file."""
    more = [f"and {len(faults) - _TOLD} further"] if len(faults) > _TOLD else []
    lines = [fault.message for fault in faults[:_TOLD]]
    raise InvalidInput(
        "\n  ".join([f"{path}: nothing of it is taken:", *lines, *more]), target=faults[0].target
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the lists of a document, and gathers the faults of their rows."""

    document: Row
    faults: list[InvalidInput]

    def each(self, field: str, make: Callable[[Row], V]) -> Iterator[V]:
        """The values of the rows in a list; those with a fault are left out."""
        try:
            rows = self.document.rows(field)
        except InvalidInput as error:
            self.faults.append(error)
            return
        for row in rows:
            try:
                with row.placing():
                    yield make(row)
            except InvalidInput as error:
                self.faults.append(error)


def _parts(reader: _Reader) -> Iterator[tuple[Row, AgreementPart]]:
    """Levels with their rows, parents first."""
    levels: tuple[tuple[str, Callable[[Row], AgreementPart]], ...] = (
        ("departments", _department),
        ("enrollment_accounts", _enrollment_account),
        ("billing_profiles", _profile),
        ("invoice_sections", _section),
        ("customers", _customer),
    )
    for field, make in levels:
        yield from reader.each(field, _with_row(make))


def _with_row(make: Callable[[Row], V]) -> Callable[[Row], tuple[Row, V]]:
    return lambda row: (row, make(row))


def _account(row: Row) -> BillingAccount:
    row.only(("id", "name", "type", "currency"))
    kind = row.text("type")
    if kind not in get_args(AgreementType):
        raise row.fault("type", f"is {kind!r}; use one of {', '.join(get_args(AgreementType))}")
    return BillingAccount(
        row.text("id"),
        row.text("name", row.text("id")),
        cast(AgreementType, kind),
        _currency(row),
    )


def _currency(row: Row) -> str:
    code = row.text("currency")
    if not (len(code) == 3 and code.isascii() and code.isupper()):
        raise row.fault("currency", f"is {code!r}; give an ISO 4217 code such as EUR")
    return code


def _identity(row: Row, *further: str) -> tuple[str, str, str]:
    row.only(("billing_account", "id", "name", *further))
    return row.text("billing_account"), row.text("id"), row.text("name", row.text("id"))


def _department(row: Row) -> Department:
    return Department(*_identity(row))


def _enrollment_account(row: Row) -> EnrollmentAccount:
    return EnrollmentAccount(*_identity(row, "department"), row.text("department", "") or None)


def _profile(row: Row) -> BillingProfile:
    return BillingProfile(*_identity(row, "currency"), _currency(row))


def _section(row: Row) -> InvoiceSection:
    return InvoiceSection(*_identity(row, "billing_profile"), row.text("billing_profile"))


def _customer(row: Row) -> Customer:
    return Customer(*_identity(row, "billing_profile"), row.text("billing_profile"))


def _group(row: Row) -> ManagementGroup:
    row.only(("id", "name", "parent"))
    id_ = row.text("id")
    return ManagementGroup(id_, row.text("name", id_), row.text("parent", "") or None)


def _subscription(row: Row) -> Subscription:
    """A subscription, where in its billing account it stands, and in which management group."""
    row.only(("id", "name", "kind", "billing_account", "since", *_PLACES, "management_group"))
    kind = row.text("kind", "Azure")
    if kind not in ("Azure", "External"):
        raise row.fault("kind", f"is {kind!r}; use Azure or External")
    account, section, customer = (row.text(place, "") or None for place in _PLACES)
    return Subscription(
        row.text("id"),
        row.text("name", row.text("id")),
        "External" if kind == "External" else "Azure",
        billing_account_id=row.text("billing_account"),
        management_group_id=row.text("management_group", "") or None,
        enrollment_account_id=account,
        invoice_section_id=section,
        customer_id=customer,
    )
