"""Who an OpenID Connect issuer says that a bearer token stands for.

Checked are the signature (by a key of the issuer, with an asymmetric algorithm of the list
alone), `iss`, `aud`, `exp` and, if told, `nbf` and `iat`; clocks may differ by a minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from costplane.access.issuer import Issuer
from costplane.access.issuer_keys import IssuerKeys
from costplane.errors import Unauthenticated

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""What a token may be signed with. Neither `none` nor a secret that the issuer would share."""

TOLERANCE = 60
"""Seconds by which clocks may differ."""

MOST_GROUPS = 1_000
LONGEST_NAME = 400


@dataclass(frozen=True, slots=True)
class Identity:
    """A user and its groups, each as `issuer:value`; `nonce` is that of an id token."""

    user: str
    groups: tuple[str, ...]
    nonce: str = ""


class OpenId:
    """Checks tokens of issuers, whose keys it keeps. Threads may share it."""

    def __init__(self) -> None:
        self._keys: dict[str, IssuerKeys] = {}

    def identify(self, token: str, issuers: Iterable[Issuer]) -> Identity:
        """Whom `token` stands for. Raises Unauthenticated with the reason, or Unavailable when
        the issuer's keys cannot be had."""
        header, told = _unchecked(token)
        issuer = next((i for i in issuers if i.url == told.get("iss")), None)
        if issuer is None:
            raise Unauthenticated("The bearer token is of no issuer that is configured here")
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated("The bearer token is signed with no algorithm that is taken here")
        keys = self._keys.setdefault(issuer.url, IssuerKeys(issuer.url, issuer.discovery_url))
        key = keys.key(header.get("kid"), header["alg"])
        if key is None:
            raise Unauthenticated("The bearer token is signed with no key of its issuer")
        return _identity(issuer, self._checked(token, key, issuer))

    def _checked(self, token: str, key: jwt.PyJWK, issuer: Issuer) -> Mapping[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=issuer.audiences,
                issuer=issuer.url,
                leeway=TOLERANCE,
                options={
                    "require": ["iss", "aud", "exp"],
                    "enforce_minimum_key_length": True,
                },
            )
        except jwt.InvalidTokenError as fault:
            raise Unauthenticated(f"The bearer token is not valid: {_reason(fault)}") from None
        return claims


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "it has expired"),
    (jwt.ImmatureSignatureError, "it holds later only"),
    (jwt.InvalidAudienceError, "it is for another audience"),
    (jwt.InvalidIssuerError, "it is of another issuer"),
    (jwt.InvalidSignatureError, "its signature is wrong"),
    (jwt.MissingRequiredClaimError, "it lacks one of iss, aud and exp"),
)


def _reason(fault: Exception) -> str:
    """In words of ours: a library's message may repeat what the caller sent."""
    return next((text for kind, text in _REASONS if isinstance(fault, kind)), "it is malformed")


def _unchecked(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims, to find the issuer and its key by; nothing else is taken from them."""
    try:
        found = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        raise Unauthenticated(
            "The bearer token is neither of Costplane nor a JSON Web Token"
        ) from None
    return found["header"], found["payload"]


def _identity(issuer: Issuer, claims: Mapping[str, Any]) -> Identity:
    name = claims.get(issuer.name_claim)
    if not _is_name(name):
        raise Unauthenticated(f"The bearer token has no name in the claim '{issuer.name_claim}'")
    told = claims.get(issuer.groups_claim, [])
    groups = told if isinstance(told, list) else [told]
    if len(groups) > MOST_GROUPS:
        raise Unauthenticated(f"The bearer token names more than {MOST_GROUPS:,} groups")
    known = [f"{issuer.name}:{group}" for group in groups if _is_name(group)]
    return Identity(f"{issuer.name}:{name}", tuple(known), str(claims.get("nonce", "")))


def _is_name(value: object) -> bool:
    """Whether a role could be assigned to it (access/assignment.py)."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
