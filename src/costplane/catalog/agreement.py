"""The levels between a billing account and its subscriptions, as Azure's agreements have them.

An Enterprise Agreement has departments with enrollment accounts in them. A Microsoft Customer
Agreement has billing profiles (one invoice and one currency each) with invoice sections in them,
and a partner's has customers too. Pay-as-you-go has none: its subscriptions are the account's
own. Ids are unique in their billing account and, as all ids, compare without regard to case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from costplane.catalog.checks import checked, segment_text

BILLING_ACCOUNTS = "/providers/microsoft.billing/billingaccounts"


@dataclass(frozen=True, slots=True)
class AgreementPart:
    """Any level between a billing account and a subscription; `kind` is its word in scope ids,
    `parent` the field with the id of the level around it."""

    kind: ClassVar[str]
    parent: ClassVar[str | None] = None

    billing_account_id: str
    id: str
    name: str

    def __post_init__(self) -> None:
        segment_text(self, "billing_account_id", "id", *([self.parent] if self.parent else []))
        checked(self, "name")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Department(AgreementPart):
    """A part of an enterprise that its enrollment accounts belong to (Enterprise Agreement)."""

    kind = "departments"


@dataclass(frozen=True, slots=True)
class EnrollmentAccount(AgreementPart):
    """Who owns subscriptions in an Enterprise Agreement; `department_id` None is in none."""

    kind = "enrollmentaccounts"
    parent = "department_id"

    department_id: str | None = None


@dataclass(frozen=True, slots=True)
class BillingProfile(AgreementPart):
    """One invoice of a Microsoft Customer Agreement, in `currency`, for each calendar month."""

    kind = "billingprofiles"

    currency: str

    def __post_init__(self) -> None:
        AgreementPart.__post_init__(self)
        checked(self, "currency")


@dataclass(frozen=True, slots=True)
class InvoiceSection(AgreementPart):
    """A part of a billing profile's invoice that subscriptions stand in."""

    kind = "invoicesections"
    parent = "billing_profile_id"

    billing_profile_id: str

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form, under its profile."""
        profile = f"{BILLING_ACCOUNTS}/{self.billing_account_id}/billingprofiles"
        return f"{profile}/{self.billing_profile_id}/{self.kind}/{self.id}"

    @property
    def short_scope_id(self) -> str:
        """The same scope in Azure's form without the profile."""
        return f"{BILLING_ACCOUNTS}/{self.billing_account_id}/{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Customer(AgreementPart):
    """A customer of a partner's Microsoft Customer Agreement; `billing_profile_id` is the
    profile that is billed for it."""

    kind = "customers"
    parent = "billing_profile_id"

    billing_profile_id: str
