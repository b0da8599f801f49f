"""An OpenID Connect issuer whose tokens are taken, and how its claims are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from costplane.errors import InvalidInput

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Issuer:
    """`url` is the token's `iss`, letter by letter; discovery is asked below it. A token must be
    for one of `audiences`. `name_claim` tells who it is for, in a way that never passes to
    another person; `groups_claim` names groups, if the issuer tells any. With `client_id`
    persons sign in to the page with it."""

    name: str
    url: str
    audiences: tuple[str, ...]
    name_claim: str = "sub"
    groups_claim: str = "groups"
    client_id: str | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"'{self.name[:40]}' is no name of an issuer; use lower-case letters, digits and "
                "hyphens, as in 'entra'",
                target="name",
            )
        if not is_safe_address(self.url) or urlsplit(self.url).query:
            raise InvalidInput(
                f"'{self.url[:200]}' is no issuer; give its https:// address without a query",
                target="url",
            )
        if not self.audiences or not all(self.audiences):
            raise InvalidInput(
                "an issuer's tokens are taken for named audiences only; give one", target="audience"
            )
        if not self.name_claim or not self.groups_claim:
            raise InvalidInput("claims have names", target="claim")
        if self.client_id == "":
            raise InvalidInput("a client id is not empty", target="client-id")

    @property
    def discovery_url(self) -> str:
        """Where the issuer describes itself (OpenID Connect Discovery 1.0, section 4)."""
        return f"{self.url.rstrip('/')}/.well-known/openid-configuration"


def is_safe_address(url: str) -> bool:
    """Whether `url` is https, or http on the machine itself (for tests and side-cars)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
