"""Tokens of an OpenID issuer: who is taken, and every way in which one is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from costplane.access import fetching
from costplane.access.issuer import Issuer
from costplane.access.issuer_keys import FRESH, PAUSE, STALE, IssuerKeys
from costplane.access.openid import Identity, OpenId
from costplane.errors import Unauthenticated, Unavailable
from tests.access.local_issuer import LocalIssuer, curve_key, public, rsa_key, running_issuer


@pytest.fixture
def local() -> Iterator[LocalIssuer]:
    with running_issuer() as issuer:
        yield issuer


def identify(local: LocalIssuer, token: str) -> Identity:
    return OpenId().identify(token, [local.issuer])


def test_a_good_token(local: LocalIssuer) -> None:
    assert identify(local, local.token()) == Identity("local:ana", ("local:finops",))


@pytest.mark.parametrize("audience", ["second", ["other", "api://costs"]])
def test_any_of_the_audiences(local: LocalIssuer, audience: Any) -> None:
    assert identify(local, local.token(aud=audience)).user == "local:ana"


def test_claims_by_their_configured_names(local: LocalIssuer) -> None:
    issuer = Issuer("kc", local.url, ("second",), "oid", "https://contoso.com/groups")
    token = local.token(aud="second", oid="7d", **{"https://contoso.com/groups": "one"})
    assert OpenId().identify(token, [issuer]) == Identity("kc:7d", ("kc:one",))


def test_no_groups(local: LocalIssuer) -> None:
    assert identify(local, local.token(groups=None)).groups == ()
    assert identify(local, local.token(groups=[1, "", "a\nb", None, "ok"])).groups == ("local:ok",)


def test_other_keys(local: LocalIssuer) -> None:
    local.keys.append(public("e1", curve_key("e1"), alg="ES256"))
    token = local.token("e1", key=curve_key("e1"), alg="ES256")
    assert identify(local, token).user == "local:ana"
    assert identify(local, local.token(alg="PS512")).user == "local:ana"


NOW = int(time.time())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"exp": NOW - 120}, "expired"),
        ({"exp": None}, "lacks"),
        ({"nbf": NOW + 4_000}, "later"),
        ({"aud": "api://other"}, "audience"),
        ({"aud": None}, "lacks|audience"),
        ({"iss": "https://evil.example"}, "no issuer"),
        ({"iss": None}, "no issuer"),
        ({"iss": ["x"]}, "."),
        ({"sub": None}, "'sub'"),
        ({"sub": "a\nb"}, "."),
        ({"sub": 17}, "."),
        ({"groups": ["g"] * 1_001}, "groups"),
        ({"exp": "soon"}, "malformed"),
        ({"kid": "k2"}, "no key"),
        ({"key": rsa_key("forged")}, "signature"),
        ({"kid": None, "key": rsa_key("forged")}, "signature"),
    ],
)
def test_what_is_refused(local: LocalIssuer, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(Unauthenticated, match=told):
        identify(local, local.token(**changes))


def test_a_minute_between_clocks(local: LocalIssuer) -> None:
    now = int(time.time())
    assert identify(local, local.token(exp=now - 30, nbf=now + 30, iat=now + 30))


def test_no_signature_is_refused(local: LocalIssuer) -> None:
    unsigned = jwt.encode(local.claims(), None, "none", {"kid": "k1"})  # type: ignore[arg-type]
    with pytest.raises(Unauthenticated, match="no algorithm"):
        identify(local, unsigned)
    stripped = local.token().rpartition(".")[0] + "."
    with pytest.raises(Unauthenticated):
        identify(local, stripped)


def test_a_public_key_is_no_shared_secret(local: LocalIssuer) -> None:
    """The old trick: HS256 with what everybody can read."""
    header = {"kid": "k1"}
    forged = jwt.encode(local.claims(), b"n" * 64, "HS256", header)
    with pytest.raises(Unauthenticated, match="no algorithm"):
        identify(local, forged)
    local.keys = [{"kty": "oct", "k": "bm5ubm5ubm4", "kid": "k1"}]
    with pytest.raises(Unauthenticated):
        identify(local, forged)


def test_a_key_serves_its_own_algorithm_alone(local: LocalIssuer) -> None:
    local.keys = [public("k1", rsa_key("k1"), alg="RS512")]
    with pytest.raises(Unauthenticated, match="no key"):
        identify(local, local.token())
    local.keys = [public("k1", rsa_key("k1"), use="enc")]
    with pytest.raises(Unauthenticated, match="no key"):
        identify(local, local.token())


def test_a_changed_claim_breaks_the_signature(local: LocalIssuer) -> None:
    good, other = local.token().split("."), local.token(sub="boss").split(".")
    with pytest.raises(Unauthenticated, match="signature"):
        identify(local, ".".join((good[0], other[1], good[2])))


@pytest.mark.parametrize("text", ["", "a.b.c", "e30.e30.e30", "." * 10_000, "é.é.é", "[" * 5_000])
def test_what_is_no_token(local: LocalIssuer, text: str) -> None:
    with pytest.raises(Unauthenticated):
        identify(local, text)
    assert local.calls == []


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def keys_of(local: LocalIssuer, clock: Clock) -> IssuerKeys:
    return IssuerKeys(local.url, local.issuer.discovery_url, clock)


def test_keys_are_kept(local: LocalIssuer) -> None:
    known = OpenId()
    for _ in range(5):
        known.identify(local.token(), [local.issuer])
    assert local.calls == ["/.well-known/openid-configuration", "/keys"]


def test_a_turned_key_is_found_at_once(local: LocalIssuer) -> None:
    clock = Clock()
    keys = keys_of(local, clock)
    assert keys.key("k1", "RS256")
    local.keys = [public("k2", rsa_key("k2"))]
    clock.seconds = PAUSE
    assert keys.key("k2", "RS256")
    assert keys.key("k1", "RS256") is None


def test_forged_ids_do_not_burden_the_issuer(local: LocalIssuer) -> None:
    clock = Clock()
    keys = keys_of(local, clock)
    for number in range(50):
        assert keys.key(f"forged{number}", "RS256") is None
    assert local.calls.count("/keys") == 1
    assert keys.key("k1", "RS256")


def test_a_withdrawn_key_ends_within_the_hour(local: LocalIssuer) -> None:
    clock = Clock()
    keys = keys_of(local, clock)
    assert keys.key("k1", "RS256")
    local.keys = [public("k2", rsa_key("k2"))]
    clock.seconds = FRESH - 1
    assert keys.key("k1", "RS256")
    clock.seconds = FRESH
    assert keys.key("k1", "RS256") is None


def test_an_issuer_that_fails_for_a_while(local: LocalIssuer) -> None:
    clock = Clock()
    keys = keys_of(local, clock)
    assert keys.key("k1", "RS256")
    local.fails = True
    clock.seconds = STALE
    assert keys.key("k1", "RS256")
    clock.seconds = STALE + 1
    with pytest.raises(Unavailable, match="cannot be had"):
        keys.key("k1", "RS256")
    local.fails = False
    clock.seconds += PAUSE
    assert keys.key("k1", "RS256")


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"jwks_uri": "http://evil.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
)
def test_a_strange_discovery_is_not_followed(local: LocalIssuer, discovery: dict[str, Any]) -> None:
    local.discovery |= discovery
    with pytest.raises(Unavailable):
        identify(local, local.token())
    assert "/keys" not in local.calls


def test_an_issuer_that_does_not_answer(
    local: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT", 0.2)
    local.answer = lambda _: time.sleep(1)  # type: ignore[method-assign,assignment]
    started = time.monotonic()
    with pytest.raises(Unavailable):
        identify(local, local.token())
    assert time.monotonic() - started < 1
