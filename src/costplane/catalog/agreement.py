"""The levels between a billing account and its subscriptions, as Azure's agreements have them.

An Enterprise Agreement has departments with enrollment accounts in them. A Microsoft Customer
Agreement has billing profiles (one invoice and one currency each) with invoice sections in them,
and a partner's has customers too. Pay-as-you-go has none: its subscriptions are the account's
own. Ids are unique in their billing account and, as all ids, compare without regard to case.
"""

from __future__ import annotations

from dataclasses import dataclass

from costplane.catalog.checks import checked, segment_text

BILLING_ACCOUNTS = "/providers/microsoft.billing/billingaccounts"


@dataclass(frozen=True, slots=True)
class Department:
    """A part of an enterprise that its enrollment accounts belong to (Enterprise Agreement)."""

    billing_account_id: str
    id: str
    name: str

    def __post_init__(self) -> None:
        _check(self)

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/departments/{self.id}"


@dataclass(frozen=True, slots=True)
class EnrollmentAccount:
    """Who owns subscriptions in an Enterprise Agreement; `department_id` None is in none."""

    billing_account_id: str
    id: str
    name: str
    department_id: str | None = None

    def __post_init__(self) -> None:
        _check(self, "department_id")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/enrollmentaccounts/{self.id}"


@dataclass(frozen=True, slots=True)
class BillingProfile:
    """One invoice of a Microsoft Customer Agreement, in `currency`, for each calendar month."""

    billing_account_id: str
    id: str
    name: str
    currency: str

    def __post_init__(self) -> None:
        _check(self)
        checked(self, "currency")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/billingprofiles/{self.id}"


@dataclass(frozen=True, slots=True)
class InvoiceSection:
    """A part of a billing profile's invoice that subscriptions stand in."""

    billing_account_id: str
    id: str
    name: str
    billing_profile_id: str

    def __post_init__(self) -> None:
        _check(self, "billing_profile_id")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form, under its profile."""
        profile = f"{BILLING_ACCOUNTS}/{self.billing_account_id}/billingprofiles"
        return f"{profile}/{self.billing_profile_id}/invoicesections/{self.id}"

    @property
    def short_scope_id(self) -> str:
        """The same scope in Azure's form without the profile."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/invoicesections/{self.id}"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of a partner's Microsoft Customer Agreement; `billing_profile_id` is the
    profile that is billed for it."""

    billing_account_id: str
    id: str
    name: str
    billing_profile_id: str

    def __post_init__(self) -> None:
        _check(self, "billing_profile_id")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/customers/{self.id}"


AgreementPart = Department | EnrollmentAccount | BillingProfile | InvoiceSection | Customer
"""Any level between a billing account and a subscription."""


def _check(part: AgreementPart, *parents: str) -> None:
    segment_text(part, "billing_account_id", "id", *parents)
    checked(part, "name")
