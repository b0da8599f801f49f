"""Hosts that calls go to, and the Azure resources that answer there."""

from __future__ import annotations

from collections.abc import Callable

PlaceOfHost = Callable[[str], str | None]
"""The id of the Azure resource that answers at a host name, where the catalog knows one."""

AZURE_HOSTS = (
    ".openai.azure.com",
    ".cognitiveservices.azure.com",
    ".services.ai.azure.com",
    ".models.ai.azure.com",
)
"""Ends of the host names of Azure's AI resources; the first label is the resource's own name."""


def host_of(address: str | None) -> str:
    """The host of an address or of a bare host name, in lower case; "" if there is none."""
    name = (address or "").strip().lower()
    if "://" in name:
        name = name.partition("://")[2]
    return name.partition("/")[0].partition(":")[0]


def nowhere(host: str) -> str | None:  # noqa: ARG001 - there is no catalog
    """No host is known."""
    return None
