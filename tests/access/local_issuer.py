"""An OpenID Connect issuer on this machine: discovery, keys that turn, and tokens as asked."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from costplane.access.issuer import Issuer

AUDIENCE = "api://costs"
CLIENT = "costplane-page"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:  # noqa: ARG001 - the name tells keys apart
    return rsa.generate_private_key(65537, bits)


@cache
def curve_key(name: str) -> ec.EllipticCurvePrivateKey:  # noqa: ARG001 - the name tells keys apart
    return ec.generate_private_key(ec.SECP256R1())


class LocalIssuer:
    """What the server answers, for tests to change."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: list[dict[str, Any]] = [public("k1", rsa_key("k1"))]
        self.discovery: dict[str, Any] = {
            "issuer": url,
            "jwks_uri": f"{url}/keys",
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
        }
        self.wishes: dict[str, dict[str, str]] = {}
        self.changes: dict[str, Any] = {}
        """Claims of the next id token that differ from those of a good one."""
        self.calls: list[str] = []
        self.secrets: list[str | None] = []
        self.fails = False

    @property
    def issuer(self) -> Issuer:
        """As Costplane configures it."""
        return Issuer("local", self.url, (AUDIENCE, "second"), client_id=CLIENT)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good token, with changes; None leaves a claim out."""
        now = int(time.time())
        good = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ana",
            "groups": ["finops"],
            "iat": now,
            "nbf": now,
            "exp": now + 300,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self, kid: str | None = "k1", *, key: Any = None, alg: str = "RS256", **changes: Any
    ) -> str:
        """A token signed with `key`, by default the one of its id."""
        headers = {} if kid is None else {"kid": kid}
        signing = key or rsa_key(kid or "k1")
        # As a JWS of bytes: PyJWT itself would refuse to write strange claims.
        return jwt.PyJWS().encode(
            json.dumps(self.claims(**changes)).encode(), signing, alg, headers
        )

    def answer(self, path: str) -> Any:
        """What stands at a path; None for nothing."""
        self.calls.append(path)
        if self.fails:
            return None
        if path == "/.well-known/openid-configuration":
            return self.discovery
        return {"keys": self.keys} if path == "/keys" else None

    def authorize(self, wish: dict[str, str]) -> str:
        """The address to which a person who agrees is sent back."""
        code = f"code-{len(self.wishes)}"
        self.wishes[code] = wish
        return f"{wish['redirect_uri']}?{urlencode({'code': code, 'state': wish['state']})}"

    def redeem(self, form: dict[str, str]) -> dict[str, str] | None:
        """The id token for a code, once, for who knows the verifier and the same address."""
        wish = self.wishes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            wish is None
            or challenge != wish["code_challenge"]
            or form["redirect_uri"] != wish["redirect_uri"]
        ):
            return None
        claims = {"aud": wish["client_id"], "nonce": wish["nonce"]} | self.changes
        return {"id_token": self.token(**claims)}


def public(kid: str, key: Any, **members: Any) -> dict[str, Any]:
    """The public half of a key as a member of a key set."""
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    found: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return found | {"kid": kid, "use": "sig"} | members


@contextmanager
def running_issuer() -> Iterator[LocalIssuer]:
    """An issuer that answers until the block ends."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", issuer.authorize(dict(parse_qsl(query))))
                self.end_headers()
                return
            self._send(issuer.answer(self.path))

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            issuer.secrets.append(self.headers.get("Authorization"))
            self._send(issuer.redeem(form))

        def _send(self, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(200 if value is not None else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    issuer = LocalIssuer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
