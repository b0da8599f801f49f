"""Where in its agreement a subscription is billed, level by level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from costplane.catalog.agreement import (
    AgreementPart,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import BillingAccount, Subscription

P = TypeVar("P", bound=AgreementPart)
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BillingPlace:
    """The levels over a subscription; None is a level that it is not under."""

    account: BillingAccount | None = None
    profile: BillingProfile | None = None
    section: InvoiceSection | None = None
    customer: Customer | None = None
    department: Department | None = None
    enrollment_account: EnrollmentAccount | None = None

    @property
    def scope_ids(self) -> tuple[str, ...]:
        """The scopes of all levels, the nearest first; an invoice section's in both forms."""
        near = (self.section, self.customer, self.profile, self.enrollment_account)
        levels = (*near, self.department, self.account)
        found = tuple(level.scope_id for level in levels if level is not None)
        return (self.section.short_scope_id, *found) if self.section else found

    @property
    def nearest(self) -> tuple[str, ...]:
        """The scopes that the subscription stands in directly."""
        direct = (self.section, self.customer, self.enrollment_account)
        found = tuple(level.scope_id for level in direct if level is not None)
        return found or ((self.account.scope_id,) if self.account else ())


class BillingPlaces:
    """Finds the place of subscriptions among the levels of all agreements."""

    def __init__(
        self,
        accounts: Iterable[BillingAccount],
        departments: Iterable[Department],
        enrollment_accounts: Iterable[EnrollmentAccount],
        profiles: Iterable[BillingProfile],
        sections: Iterable[InvoiceSection],
        customers: Iterable[Customer],
    ) -> None:
        self._accounts = {account.id: account for account in accounts}
        self._departments = _by_key(departments)
        self._enrollment_accounts = _by_key(enrollment_accounts)
        self._profiles = _by_key(profiles)
        self._sections = _by_key(sections)
        self._customers = _by_key(customers)

    def of(self, subscription: Subscription, at: datetime | None = None) -> BillingPlace:
        """The place of one subscription at an instant; None: now."""
        subscription = subscription if at is None else subscription.at(at)
        account = subscription.billing_account_id or ""
        section = self._sections.get((account, subscription.invoice_section_id or ""))
        customer = self._customers.get((account, subscription.customer_id or ""))
        enrolled = self._enrollment_accounts.get(
            (account, subscription.enrollment_account_id or "")
        )
        billed = section or customer
        profile_id = billed.billing_profile_id if billed else ""
        department_id = (enrolled.department_id if enrolled else None) or ""
        return BillingPlace(
            account=self._accounts.get(account),
            profile=self._profiles.get((account, profile_id)),
            section=section,
            customer=customer,
            department=self._departments.get((account, department_id)),
            enrollment_account=enrolled,
        )


def _by_key(parts: Iterable[P]) -> Mapping[_Key, P]:
    return {(part.billing_account_id, part.id): part for part in parts}
