"""Writes of the levels between billing accounts and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Table, select

from costplane.catalog.agreement import (
    AgreementPart,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import AgreementType, Subscription
from costplane.errors import InvalidInput
from costplane.store import tables
from costplane.store.catalog_reader import CatalogTables
from costplane.store.database import upsert

_PARENTS = {"department_id": tables.department, "billing_profile_id": tables.billing_profile}
_OF_SUBSCRIPTIONS = {
    "enrollment_account_id": tables.enrollment_account,
    "invoice_section_id": tables.invoice_section,
    "customer_id": tables.customer,
}


class CatalogAgreements(CatalogTables):
    """The levels of agreements, to write."""

    def put_department(self, *departments: Department) -> None:
        """Add or replace departments."""
        self._put(tables.department, departments, "EnterpriseAgreement")

    def put_enrollment_account(self, *accounts: EnrollmentAccount) -> None:
        """Add or replace enrollment accounts."""
        self._put(tables.enrollment_account, accounts, "EnterpriseAgreement")

    def put_billing_profile(self, *profiles: BillingProfile) -> None:
        """Add or replace billing profiles."""
        self._put(tables.billing_profile, profiles, "MicrosoftCustomerAgreement")

    def put_invoice_section(self, *sections: InvoiceSection) -> None:
        """Add or replace invoice sections."""
        self._put(tables.invoice_section, sections, "MicrosoftCustomerAgreement")

    def put_customer(self, *customers: Customer) -> None:
        """Add or replace customers."""
        self._put(tables.customer, customers, "MicrosoftCustomerAgreement")

    def _put(self, table: Table, parts: Sequence[AgreementPart], kind: AgreementType) -> None:
        rows = [asdict(part) for part in parts]
        with self._database.writing() as connection:
            _require_kind(connection, parts, kind)
            for field, parents in _PARENTS.items():
                _require_in_account(connection, parents, field, rows)
            upsert(connection, table, rows)


def require_places(connection: Connection, subscriptions: Iterable[Subscription]) -> None:
    """Raise InvalidInput for a level that a subscription's billing account does not have."""
    rows = [asdict(subscription) for subscription in subscriptions]
    for field, table in _OF_SUBSCRIPTIONS.items():
        _require_in_account(connection, table, field, rows)


def _require_kind(
    connection: Connection, parts: Iterable[AgreementPart], kind: AgreementType
) -> None:
    table = tables.billing_account
    query = select(table.c.id, table.c.agreement_type)
    known = {str(id_): str(type_) for id_, type_ in connection.execute(query)}
    for part in parts:
        found = known.get(part.billing_account_id)
        if found is None:
            raise InvalidInput(
                f"billing_account_id '{part.billing_account_id}' is not in the catalog; put the "
                "billing account first",
                target="billing_account_id",
            )
        if found != kind:
            raise InvalidInput(
                f"{type(part).__name__} '{part.id}' needs a billing account of the type {kind}; "
                f"'{part.billing_account_id}' is {found}",
                target="billing_account_id",
            )


def _require_in_account(
    connection: Connection, table: Table, field: str, rows: Iterable[dict[str, object]]
) -> None:
    query = select(table.c.billing_account_id, table.c.id)
    known = {(str(account), str(id_)) for account, id_ in connection.execute(query)}
    for row in rows:
        named, account = row.get(field), row["billing_account_id"]
        if named is not None and (account, named) not in known:
            raise InvalidInput(
                f"{field} '{named}' is not in the billing account '{account}'; put the "
                f"{table.name.replace('_', ' ')} first",
                target=field,
            )
