"""Sub-accounts that a bill tells of and the catalog lacks, so that one can ask for their costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from costplane.bills.understood import Part
from costplane.catalog.model import Subscription
from costplane.catalog.ports import CatalogReader
from costplane.errors import InvalidInput


def unknown_sub_accounts(catalog: CatalogReader, parts: Iterable[Part]) -> list[Subscription]:
    """Entries for them, unconfirmed; one whose id no entry could have is left out."""
    known = {subscription.id for subscription in catalog.hierarchy().subscriptions}
    named = {part.sub_account: part for part in parts if part.sub_account}
    return [*_entries(part for id_, part in sorted(named.items()) if id_ not in known)]


def _entries(parts: Iterable[Part]) -> Iterator[Subscription]:
    for part in parts:
        is_azure = part.issuer.lower().startswith("microsoft")
        id_ = part.sub_account or ""
        try:
            yield Subscription(
                id_,
                part.sub_account_name or id_,
                "Azure" if is_azure else "External",
                confirmed=False,
            )
        except InvalidInput:
            continue
