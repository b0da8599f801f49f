"""Provider models are billed through the Marketplace (billing-rules 18, interfaces.md).

Their charges stand on an entry of their own in the account's resource group, one for each model
and AI account, named `[model-name]-[GUID]`; the GUID is fixed for each account.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from costplane.core.quantities import Quantity

_NAMESPACE = UUID("0b5d1d0f-3c0e-5d52-8a1c-8b1f0f6f2b55")
SERVICE_NAME = "SaaS"
RESOURCE_TYPE = "microsoft.saas/resources"


@dataclass(frozen=True, slots=True)
class MarketplaceEntry:
    """The resource that carries a provider model's charges for one AI account."""

    account_id: str
    model: str

    @property
    def name(self) -> str:
        """`[model-name]-[GUID]`."""
        return f"{self.model}-{uuid5(_NAMESPACE, self.account_id.lower())}"

    @property
    def resource_id(self) -> str:
        """The entry's id: a resource of the account's resource group."""
        group = self.account_id.partition("/providers/")[0]
        return f"{group}/providers/{RESOURCE_TYPE}/{self.name}".lower()

    def meter(self, quantity: Quantity) -> str:
        """The entry's meter for a quantity: its name with the direction."""
        return f"{self.name} {quantity.label} {quantity.unit}"
