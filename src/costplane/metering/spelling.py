"""One spelling for each name, so that equal things group together.

Azure's ids and names do not regard case; so models, deployments, regions and providers are
lower case without blanks around them. What is shown as told (finish reasons, tiers) stays.
"""

from __future__ import annotations

from collections.abc import Callable

DEPLOYMENT_TYPES = (
    "GlobalStandard",
    "DataZoneStandard",
    "Standard",
    "GlobalBatch",
    "DataZoneBatch",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "ProvisionedManaged",
    "DeveloperTier",
)
"""Azure's SKU names; others stay as told."""

_SKU_NAMES = {name.lower(): name for name in DEPLOYMENT_TYPES}

Spelling = Callable[[str | None], str | None]


def as_told(text: str | None) -> str | None:
    """The text itself; an empty one was not told."""
    return text or None


def name(text: str | None) -> str | None:
    """Lower case without blanks around it; None for an empty text."""
    return text.strip().lower() or None if text else None


def words(text: str | None) -> str | None:
    """Lower case, one blank between words; None for an empty text."""
    return " ".join(text.lower().split()) or None if text else None


def region(text: str | None) -> str | None:
    """Azure's short name: "Sweden Central" is swedencentral."""
    return text.replace(" ", "").lower() or None if text else None


def deployment_type(text: str | None) -> str | None:
    """Azure's SKU name in Azure's own case."""
    return _SKU_NAMES.get(text.strip().lower(), text.strip()) or None if text else None


def currency(text: str | None) -> str | None:
    """An ISO 4217 code in capitals."""
    return text.strip().upper() or None if text else None


FACTS: dict[str, Spelling] = {
    "deployment": name,
    "model": name,
    "model_version": name,
    "provider": name,
    "deployment_type": deployment_type,
    "region": region,
    "operation": name,
    "service_tier": as_told,
    "variant": words,
    "spillover_from": name,
    "error_code": as_told,
    "finish_reason": as_told,
    "reported_currency": currency,
}
"""Facts of which a stream of events has few distinct sets, and how each is spelled."""
