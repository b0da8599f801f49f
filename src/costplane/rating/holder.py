"""Whose charges a series makes: the names, the agreement and the tags that stand on its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from costplane.core.period import Period

Facts = Mapping[str, str | None]
"""The facts of a series (core.tables.SERIES_FACTS)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who pays for a resource, and what it is called.

    `currency` is the billing currency: the billing profile's, else the billing account's; None
    where nobody has said who pays.
    `sub_account_type` is Azure's or the provider's word. `billing_scopes` are the scope ids of
    the levels of the agreement over the sub-account, the nearest first; those that an agreement
    does not have are None.
    """

    billing_account_id: str
    billing_account_name: str
    billing_account_type: str
    currency: str | None
    sub_account_name: str
    sub_account_type: str
    resource_name: str
    billing_profile_id: str | None = None
    billing_profile_name: str | None = None
    invoice_section_id: str | None = None
    invoice_section_name: str | None = None
    customer_id: str | None = None
    customer_name: str | None = None
    department_name: str | None = None
    enrollment_account_name: str | None = None
    billing_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HolderInterval:
    """Who holds a series during a period."""

    period: Period
    holder: Holder


@dataclass(frozen=True, slots=True)
class TagInterval:
    """The tags of a charge during a period, all layers merged (billing-rules 24)."""

    period: Period
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UnitsInterval:
    """The units of a provisioned deployment during a period; None where nobody told them."""

    period: Period
    units: int | None


class Holders(Protocol):
    """What rating asks of the catalog."""

    def holder(self, facts: Facts) -> Holder:
        """Whose the series with these facts (core.tables.SERIES_FACTS) is now."""
        ...

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        """Whose it is over time; the intervals cover `period` without a gap."""
        ...

    def changes(self) -> frozenset[datetime]:
        """Every instant at which some tags or holders change."""
        ...

    def tags(self, facts: Facts, period: Period) -> list[TagInterval]:
        """The tags of the series' charges; the intervals cover `period` without a gap."""
        ...

    def units(self, facts: Facts, period: Period) -> list[UnitsInterval]:
        """The units of the series' deployment; the intervals cover `period` without a gap."""
        ...
