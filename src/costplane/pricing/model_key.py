"""What a meter prices: the key that joins a usage with its prices (billing-rules 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from costplane.core.quantities import PRICED
from costplane.errors import InvalidPriceSheet
from costplane.pricing.providers import AZURE

DeploymentScope = Literal["Global", "DataZone", "Regional"]
ServiceTier = Literal["Standard", "Batch", "Priority", "Flex"]
ContextBand = Literal["short", "long"]
Variant = str

DEPLOYMENT_SCOPES: tuple[DeploymentScope, ...] = ("Global", "DataZone", "Regional")
SERVICE_TIERS: tuple[ServiceTier, ...] = ("Standard", "Batch", "Priority", "Flex")
CONTEXT_BANDS: tuple[ContextBand, ...] = ("short", "long")
MODEL_VARIANTS: tuple[Variant, ...] = ("fine-tuned", "developer", "grader")
"""Variants that are models of their own: a row without variant is no price of theirs."""
ANY_MODEL = "*"
"""The model of a meter that costs the same whichever model uses it, such as a tool's."""


@dataclass(frozen=True, slots=True)
class ModelKey:
    """A model as it is deployed, and the quantity of it that a meter counts.

    `model` is the catalogue name as Azure deploys it, in lower case. `version` None stands for
    every version that has no row of its own, `context_band` None for every prompt length that
    has none. `context_threshold` is the number of prompt tokens above which the whole request
    is "long" (billing-rules 11). `variant` tells calls of a fine-tuned model ("fine-tuned"), of
    its developer deployment ("developer") and of a model that grades answers for fine-tuning
    ("grader") from those of the base model, and images and videos by their quality, size and
    length where those have prices of their own ("hd high-res"). `quantity` is a name
    of `core.quantities`. `provider` is who serves the model (pricing/providers.py): only Azure has
    deployment scopes, for all others `deployment_scope` is None.

    Raises InvalidPriceSheet for a word outside these lists; `target` names the field.
    """

    model: str
    version: str | None
    deployment_scope: DeploymentScope | None
    service_tier: ServiceTier
    quantity: str
    context_band: ContextBand | None = None
    context_threshold: int | None = None
    variant: Variant | None = None
    provider: str = AZURE

    def __post_init__(self) -> None:
        if not self.model or self.model != self.model.lower():
            raise InvalidPriceSheet(
                f"model is {self.model!r}; give the catalogue name in lower case", target="model"
            )
        self._check_provider()
        _one_of("service_tier", self.service_tier, SERVICE_TIERS)
        _one_of("quantity", self.quantity, tuple(PRICED))
        _one_of("context_band", self.context_band, (None, *CONTEXT_BANDS))
        _check_variant(self.variant)
        if (self.context_band is None) != (self.context_threshold is None):
            raise InvalidPriceSheet(
                "context_band and context_threshold are given together or not at all",
                target="context_threshold",
            )

    def _check_provider(self) -> None:
        if not self.provider or self.provider != self.provider.strip().lower():
            raise InvalidPriceSheet(
                f"provider is {self.provider!r}; give a name in lower case, such as openai",
                target="provider",
            )
        if self.provider == AZURE:
            _one_of("deployment_scope", self.deployment_scope, DEPLOYMENT_SCOPES)
        elif self.deployment_scope is not None:
            raise InvalidPriceSheet(
                f"deployment_type is one of Azure's, which {self.provider} does not have; leave "
                "it out",
                target="deployment_type",
            )


def _check_variant(variant: str | None) -> None:
    if variant is None or (variant and variant == " ".join(variant.lower().split())):
        return
    raise InvalidPriceSheet(
        f"variant is {variant!r}; give words in lower case, such as fine-tuned or hd high-res",
        target="variant",
    )


def _one_of(field: str, value: str | None, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        names = ", ".join(name for name in allowed if name)
        raise InvalidPriceSheet(f"{field} is {value!r}; use one of {names}", target=field)
