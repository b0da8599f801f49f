"""Requests that a browser sends for another site's page (cross-site request forgery)."""

from __future__ import annotations

from collections.abc import Mapping

from costplane.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OTHER = frozenset({"cross-site", "same-site"})


def refuse_other_sites(headers: Mapping[str, str], method: str) -> None:
    """Raise Forbidden for a change that a browser says comes from another site's page (Fetch
    Metadata). Programs do not send the header."""
    if method not in SAFE_METHODS and headers.get("sec-fetch-site", "").lower() in _OTHER:
        raise Forbidden("Another site's page may not change anything here")
