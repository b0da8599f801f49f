"""Use cases of agreements: take one from a file, list and show what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from costplane.app.agreements.agreement_file import AgreementFile, read_agreement
from costplane.app.agreements.management_groups import check_groups, grouped
from costplane.app.agreements.parents import check_parents
from costplane.billing.text_rows import Row
from costplane.catalog.agreement import (
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.model import Subscription
from costplane.catalog.ports import CatalogWriter
from costplane.catalog.scopes import Hierarchy
from costplane.errors import NotFound
from costplane.pricing.adjustment import Adjustment
from costplane.pricing.ports import AgreementStore, StoredAgreement


@dataclass(frozen=True, slots=True)
class AgreementImport:
    """What an import came to: entries put into the catalog, and the version of the adjustments
    (None: the file has none). `already_known`: the same file was taken before."""

    name: str
    accounts: int
    levels: int
    management_groups: int
    subscriptions: int
    adjustments: int
    version: int | None
    already_known: bool


@dataclass(frozen=True, slots=True)
class Agreements:
    """Takes and shows agreements."""

    catalog: CatalogWriter
    store: AgreementStore

    def take(self, path: Path, imported_at: datetime) -> AgreementImport:
        """Takes the agreement in a file, all of it or nothing.

        Raises UnreadableFile and InvalidInput, naming the faulty lines.
        """
        found = read_agreement(path, imported_at)
        self._put(path, found)
        stored = self.store.add(found.told, found.adjustments) if found.adjustments else None
        return AgreementImport(
            name=found.told.agreement,
            accounts=len(found.accounts),
            levels=len(found.parts),
            management_groups=len(found.groups),
            subscriptions=len(found.subscriptions),
            adjustments=len(found.adjustments),
            version=stored.version if stored else None,
            already_known=stored is not None and stored.already_known,
        )

    def versions(self) -> list[StoredAgreement]:
        """Every import that had adjustments, the oldest first."""
        return self.store.versions()

    def hierarchy(self) -> Hierarchy:
        """Who pays for what today."""
        return self.catalog.hierarchy()

    def show(self, version: int) -> list[Adjustment]:
        """The adjustments of one import. Raises NotFound if there is none."""
        if version not in {known.version for known in self.store.versions()}:
            raise NotFound(f"no agreement has version {version}", target="version")
        return [a for a in self.store.adjustments() if a.told.version == version]

    def _put(self, path: Path, found: AgreementFile) -> None:
        before = self.catalog.hierarchy()
        check_parents(path, found, before)
        check_groups(path, found, before)
        parts = [part for _, part in found.parts]
        self.catalog.put_billing_account(*found.accounts)
        self.catalog.put_department(*(p for p in parts if isinstance(p, Department)))
        self.catalog.put_enrollment_account(*(p for p in parts if isinstance(p, EnrollmentAccount)))
        self.catalog.put_billing_profile(*(p for p in parts if isinstance(p, BillingProfile)))
        self.catalog.put_invoice_section(*(p for p in parts if isinstance(p, InvoiceSection)))
        self.catalog.put_customer(*(p for p in parts if isinstance(p, Customer)))
        self.catalog.put_management_group(*grouped(found, before))
        known = {subscription.id: subscription for subscription in before.subscriptions}
        self.catalog.put_subscription(
            *(_completed(row, s, known.get(s.id)) for row, s in found.subscriptions)
        )


def _completed(row: Row, told: Subscription, known: Subscription | None) -> Subscription:
    """What the file does not tell of a subscription stays as the catalog has it. With `since` it
    moves on that day; without, the place corrects the one that was known."""
    since = row.day_or_none("since")
    if known is None:
        return told
    name = told.name if row.text("name", "") else known.name
    group = told.management_group_id or known.management_group_id
    found = replace(told, name=name, management_group_id=group)
    return found if since is None else known.moved(found, since)
