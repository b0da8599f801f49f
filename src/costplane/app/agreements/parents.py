"""Whether everything that an agreement's file names is there, in the file or in the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from costplane.app.agreements.agreement_file import AgreementFile, refuse
from costplane.billing.text_rows import Row
from costplane.catalog.agreement import (
    AgreementPart,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import Subscription
from costplane.catalog.scopes import Hierarchy

_ENTERPRISE = (Department, EnrollmentAccount)
_Level = tuple[str, str, str]


def check_parents(path: Path, found: AgreementFile, before: Hierarchy) -> None:
    """Raises InvalidInput, naming lines, for a parent that neither the file nor the catalog has,
    and for a level in a billing account of another type."""
    accounts = {a.id: a.agreement_type for a in (*before.billing_accounts, *found.accounts)}
    parts = [*before.agreement_parts, *(part for _, part in found.parts)]
    levels = {_level(part) for part in parts}
    faults = []
    entries: list[tuple[Row, AgreementPart | Subscription]] = [*found.parts, *found.subscriptions]
    for row, entry in entries:
        account = entry.billing_account_id or ""
        kind = accounts.get(account)
        if kind is None:
            faults.append(row.fault("billing_account", f"'{account}' is told nowhere"))
            continue
        needed = None if isinstance(entry, Subscription) else _kind_of(entry)
        if needed is not None and kind != needed:
            faults.append(row.fault("billing_account", f"'{account}' is {kind}, not {needed}"))
        for field, level in _named(entry):
            if level not in levels:
                message = f"'{level[2]}' is not in the billing account '{account}'"
                faults.append(row.fault(field, message))
    if faults:
        refuse(path, faults)


def _level(part: AgreementPart) -> _Level:
    return type(part).__name__, part.billing_account_id, part.id


def _kind_of(part: AgreementPart) -> str:
    enterprise = isinstance(part, _ENTERPRISE)
    return "EnterpriseAgreement" if enterprise else "MicrosoftCustomerAgreement"


def _named(entry: AgreementPart | Subscription) -> Iterator[tuple[str, _Level]]:
    """The levels that an entry names, with the field that does."""
    account = entry.billing_account_id or ""
    named: tuple[tuple[str, str, str | None], ...] = ()
    if isinstance(entry, Subscription):
        named = (
            ("enrollment_account", "EnrollmentAccount", entry.enrollment_account_id),
            ("invoice_section", "InvoiceSection", entry.invoice_section_id),
            ("customer", "Customer", entry.customer_id),
        )
    elif isinstance(entry, InvoiceSection | Customer):
        named = (("billing_profile", "BillingProfile", entry.billing_profile_id),)
    elif isinstance(entry, EnrollmentAccount):
        named = (("department", "Department", entry.department_id),)
    for field, kind, id_ in named:
        if id_ is not None:
            yield field, (kind, account, id_)
