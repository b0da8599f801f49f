"""Signing a person in with an OpenID issuer: the authorization code flow with PKCE (OpenID
Connect Core 1.0, section 3.1; RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass, replace
from http.client import HTTPException
from urllib.parse import urlencode

import msgspec

from costplane.access.fetching import get_json, post_form
from costplane.access.issuer import Issuer, is_safe_address
from costplane.access.openid import Identity, OpenId
from costplane.errors import InvalidInput, Unauthenticated, Unavailable

_LOG = logging.getLogger("costplane.access")
_LONGEST_CODE = 8_192


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """A sign-in that was begun: its browser keeps this until the issuer sends it back."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    target: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps."""

    address: str
    pending: Pending


class Authorization:
    """Signs persons in with issuers that have a client id. Threads may share it."""

    def __init__(self, openid: OpenId) -> None:
        self._openid = openid

    def begin(self, issuer: Issuer, redirect: str, target: str) -> Begun:
        """The issuer's address to go to, to come back to `redirect` and then to `target`. Raises
        InvalidInput for an issuer without a client id, Unavailable if it does not answer."""
        client_id = _client_id(issuer)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = Pending(issuer.name, state, nonce, verifier, target)
        wish = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect,
            "scope": "openid",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": _challenge(pending.verifier),
            "code_challenge_method": "S256",
        }
        address = _endpoint(issuer, "authorization_endpoint")
        return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(wish)}", pending)

    def complete(
        self, issuer: Issuer, pending: Pending, redirect: str, told: Told, secret: str | None
    ) -> Identity:
        """Whom the issuer sent back. Raises Unauthenticated with the reason, or Unavailable."""
        if not hmac.compare_digest(told.state.encode(), pending.state.encode()):
            raise Unauthenticated("The sign-in is not the one that this browser began; begin anew")
        if told.error or not told.code or len(told.code) > _LONGEST_CODE:
            raise Unauthenticated(f"The issuer {issuer.name} did not sign you in; try again")
        token = _id_token(issuer, pending, redirect, told.code, secret)
        own = replace(issuer, audiences=(_client_id(issuer),))
        found = self._openid.identify(token, [own])
        if not hmac.compare_digest(found.nonce.encode(), pending.nonce.encode()):
            raise Unauthenticated("The issuer's answer belongs to another sign-in; begin anew")
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """What the issuer put into the address to which it sent the browser back."""

    state: str
    code: str
    error: str


def _client_id(issuer: Issuer) -> str:
    if issuer.client_id is None:
        raise InvalidInput(
            f"Nobody signs in with '{issuer.name}' in a browser: it has no client id; "
            "'costplane issuers add' takes --client-id",
            target="issuer",
        )
    return issuer.client_id


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _endpoint(issuer: Issuer, name: str) -> str:
    """An address that the issuer names. Raises Unavailable."""
    try:
        told = get_json(issuer.discovery_url)
        if told.get("issuer") != issuer.url:
            raise ValueError(f"it calls itself {str(told.get('issuer'))[:200]!r}")
        address = str(told.get(name, ""))
        if not is_safe_address(address):
            raise ValueError(f"its {name} is not https")
    except (OSError, HTTPException, ValueError, msgspec.MsgspecError) as fault:
        raise _away(issuer, fault) from None
    return address


def _id_token(
    issuer: Issuer, pending: Pending, redirect: str, code: str, secret: str | None
) -> str:
    client_id = _client_id(issuer)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": pending.verifier,
        "client_id": client_id,
    }
    client = None if secret is None else (client_id, secret)
    try:
        told = post_form(_endpoint(issuer, "token_endpoint"), form, client)
    except (OSError, HTTPException, ValueError, msgspec.MsgspecError) as fault:
        raise _away(issuer, fault) from None
    token = told.get("id_token")
    if not isinstance(token, str):
        raise Unauthenticated(f"The issuer {issuer.name} gave no id token; begin anew")
    return token


def _away(issuer: Issuer, fault: Exception) -> Unavailable:
    _LOG.warning("Signing in with %s failed: %s", issuer.url, fault)
    return Unavailable(f"The issuer {issuer.name} does not sign anybody in now; try again later")
