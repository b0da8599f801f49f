"""Who serves a model: the name under which prices know a provider (data/providers.toml).

Prices are matched by provider: the same model costs another price at Azure, at its maker and at
another cloud, and none of them may take another's.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

AZURE = "azure"
"""The family of Azure's own prices, and of every call to an Azure resource."""


def provider_family(name: str) -> str:
    """The family of a provider as calls or price lists spell it, in lower case.

    A provider that the table does not know is a family of its own.
    """
    spelled = name.strip().lower()
    return _families().get(spelled, spelled)


def provider_label(family: str) -> str:
    """The provider's name as bills show it."""
    label: str = _table().get(family, {}).get("label", family)
    return label


def serving_provider(told: str | None, *, in_azure: bool) -> str | None:
    """The family that priced a call: Azure for a call to its resources, whoever made the model;
    else that of the provider that the call told, None if it told none."""
    if in_azure:
        return AZURE
    return provider_family(told) if told and told.strip() else None


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = files("costplane.pricing").joinpath("data", "providers.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _families() -> dict[str, str]:
    return {
        spelled: family
        for family, row in _table().items()
        for spelled in (family, *row.get("spellings", ()))
    }
