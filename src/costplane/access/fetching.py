"""Calls to an OpenID issuer: JSON over https, bounded, and never redirected."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from costplane.access.issuer import is_safe_address

TIMEOUT = 5
"""Seconds for an answer of the issuer."""

_MOST_BYTES = 1_048_576


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An issuer answers where it says that it does, or not at all."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def get_json(url: str) -> dict[str, Any]:
    """The JSON object at `url`. Raises OSError or ValueError."""
    return _answer(urllib.request.Request(_safe(url)))


def post_form(
    url: str, form: Mapping[str, str], client: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object that answers a form; `client` is its id and secret (RFC 6749, 2.3.1).
    Raises OSError or ValueError."""
    headers = {"Accept": "application/json"}
    if client is not None:
        pair = ":".join(quote(part, safe="") for part in client)
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return _answer(urllib.request.Request(_safe(url), urlencode(form).encode(), headers))


def _safe(url: str) -> str:
    if not is_safe_address(url):
        raise ValueError(f"'{url[:200]}' is not https")
    return url


def _answer(request: urllib.request.Request) -> dict[str, Any]:
    with _OPENER.open(request, timeout=TIMEOUT) as response:
        body = response.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise ValueError(f"{request.full_url} answers with more than {_MOST_BYTES:,} bytes")
    return msgspec.json.decode(body, type=dict[str, Any])
