"""`/v1/session`: signing in to the page with a token or with an OpenID issuer, and out again."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from datetime import datetime

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from costplane.access.authorization import Pending, Told
from costplane.access.issuer import Issuer
from costplane.access.sessions import Session, proof_of
from costplane.app.access.callers import Caller
from costplane.errors import InvalidInput, NotFound, Unauthenticated, Unavailable
from costplane.http.access import PUBLIC
from costplane.http.other_sites import refuse_other_sites
from costplane.http.own import Permission
from costplane.http.own_router import ANYBODY, own_router, refusals
from costplane.http.services import Services, identified
from costplane.http.signed_in import (
    PLAIN_COOKIE,
    SECURE_COOKIE,
    SignedIn,
    read_cookies,
    session_secret,
)

PENDING_COOKIE = "costplane-sign-in"
PENDING_SECONDS = 600
CALLBACK = "/v1/session/callback"


@dataclass(frozen=True, slots=True)
class Way:
    """An issuer with which one can sign in, and the address that begins it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """Who is signed in: `name`, until when, and the `proof` to send in x-costplane-proof with
    changes. Without a name one may sign in by token, or by one of `ways`."""

    authentication: bool
    name: str | None
    expires_at: datetime | None
    proof: str | None
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class TokenForm:
    """A token of Costplane's."""

    token: str


def session_routes(services: Services) -> APIRouter:
    """The routes of `/v1/session`. They are for anybody: they make somebody of them."""
    router = own_router(
        "Signing in",
        "/v1/session",
        common=ANYBODY,
        dependencies=[Depends(Permission(PUBLIC, services))],
    )
    desk = SignInDesk(services)

    @router.get("", responses=refusals(403))
    def session(request: Request) -> SessionAnswer:
        """Who is signed in, and how one signs in."""
        return desk.now(request)

    @router.post("", responses=refusals(400, 401, 403, 408, 413, 503))
    def sign_in(form: TokenForm, request: Request, response: Response) -> SessionAnswer:
        """Sign in with one of Costplane's tokens; the session is in a cookie."""
        return desk.with_token(form.token, request, response)

    @router.delete("", status_code=204, responses=refusals(400, 401, 403, 503))
    def sign_out(request: Request) -> Response:
        """Sign out."""
        return desk.out(request)

    @router.get(
        "/openid/{name}",
        status_code=302,
        response_class=RedirectResponse,
        responses=refusals(400, 404, 503),
    )
    def begin_sign_in(name: str, request: Request, target: str = "/") -> Response:
        """Go to an issuer to sign in, and come back to `target`, an address of the page."""
        return desk.begin(name, request, target)

    @router.get(
        "/callback",
        status_code=303,
        response_class=RedirectResponse,
        responses=refusals(400, 404),
    )
    def complete_sign_in(
        request: Request, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        """Where an issuer sends the browser back."""
        return desk.complete(request, Told(state, code, error))

    return router


class SignInDesk:
    """Opens and closes sessions over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services
        known = services.authentication
        self._known = known if isinstance(known, SignedIn) else None

    def now(self, request: Request) -> SessionAnswer:
        """Who is signed in, and how one signs in."""
        if self._known is None:
            name = identified(request, self._services).name
            return SessionAnswer(False, name, None, None, [])
        secret = session_secret(request.headers)
        try:
            caller, session = self._known.sessions.find(secret or "")
        except Unauthenticated:
            return SessionAnswer(True, None, None, None, self._ways())
        return _answer(caller, secret or "", session)

    def with_token(self, token: str, request: Request, response: Response) -> SessionAnswer:
        """Signs in with a token."""
        known = self._needed()
        refuse_other_sites(request.headers, request.method)
        client = request.client.host if request.client else ""
        caller = known.bearer.authenticate({"authorization": f"Bearer {token}"}, client)
        secret, session = known.sessions.open_with_token(token)
        _keep(response, request, secret, session)
        return _answer(caller, secret, session)

    def out(self, request: Request) -> Response:
        """Signs out, if anybody is signed in."""
        known = self._needed()
        secret = session_secret(request.headers)
        response = Response(status_code=204)
        if secret is not None:
            client = request.client.host if request.client else ""
            known.authenticate(request.headers, client, request.method)
            known.sessions.close(secret, client)
        for name in (SECURE_COOKIE, PLAIN_COOKIE):
            response.delete_cookie(name, secure=name == SECURE_COOKIE, httponly=True)
        return response

    def begin(self, name: str, request: Request, target: str) -> Response:
        """Sends the browser to an issuer."""
        if not target.startswith("/") or target.startswith(("//", "/\\")):
            raise InvalidInput(
                "target is an address of the page, such as /analysis", target="target"
            )
        begun = self._needed().authorization.begin(self._issuer(name), _redirect(request), target)
        response = RedirectResponse(begun.address, 302)
        packed = base64.urlsafe_b64encode(msgspec.json.encode(begun.pending)).decode()
        response.set_cookie(
            PENDING_COOKIE,
            packed,
            max_age=PENDING_SECONDS,
            path=CALLBACK,
            secure=_is_secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    def complete(self, request: Request, told: Told) -> Response:
        """Takes the browser back from an issuer, and opens its session."""
        known = self._needed()
        pending = _pending(request)
        if pending is None:
            return RedirectResponse("/?sign-in=refused", 303)
        issuer = self._issuer(pending.issuer)
        secret = os.environ.get(secret_variable(issuer))
        client = request.client.host if request.client else ""
        try:
            identity = known.authorization.complete(
                issuer, pending, _redirect(request), told, secret
            )
        except Unauthenticated as refusal:
            known.bearer.sign_ins.refused(refusal.message, client)
            return RedirectResponse("/?sign-in=refused", 303)
        except Unavailable:
            return RedirectResponse("/?sign-in=unavailable", 303)
        opened, session = known.sessions.open_as_user(identity)
        known.bearer.sign_ins.succeeded(known.sessions.find(opened)[0].name, client)
        response = RedirectResponse(pending.target, 303)
        response.delete_cookie(PENDING_COOKIE, path=CALLBACK)
        _keep(response, request, opened, session)
        return response

    def _needed(self) -> SignedIn:
        if self._known is None:
            raise InvalidInput("This server runs without authentication; nobody signs in")
        return self._known

    def _ways(self) -> list[Way]:
        issuers = self._services.workspace.accounts.store.issuers()
        return [Way(i.name, f"/v1/session/openid/{i.name}") for i in issuers if i.client_id]

    def _issuer(self, name: str) -> Issuer:
        issuers = self._services.workspace.accounts.store.issuers()
        found = next((issuer for issuer in issuers if issuer.name == name), None)
        if found is None:
            raise NotFound(f"no issuer '{name[:40]}' is configured", target="issuer")
        return found


def secret_variable(issuer: Issuer) -> str:
    """The environment variable with the secret of Costplane's client at an issuer, if it has one:
    a secret that is nowhere kept needs no seal."""
    return f"COSTPLANE_OPENID_SECRET_{issuer.name.upper().replace('-', '_')}"


def _answer(caller: Caller, secret: str, session: Session) -> SessionAnswer:
    return SessionAnswer(True, caller.name, session.expires_at, proof_of(secret), [])


def _keep(response: Response, request: Request, secret: str, session: Session) -> None:
    """Strict: the cookie goes with requests of the page alone, never with a link elsewhere."""
    secure = _is_secure(request)
    response.set_cookie(
        SECURE_COOKIE if secure else PLAIN_COOKIE,
        secret,
        max_age=int((session.expires_at - session.created_at).total_seconds()),
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def _pending(request: Request) -> Pending | None:
    """The sign-in that this browser began; None if it began none."""
    try:
        packed = read_cookies(request.headers).get(PENDING_COOKIE, "")
        return msgspec.json.decode(base64.urlsafe_b64decode(packed), type=Pending)
    except (ValueError, msgspec.MsgspecError):
        return None


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _redirect(request: Request) -> str:
    """The address to come back to: the one under which the browser knows this server, which the
    issuer holds against those that were registered there."""
    return str(request.base_url).rstrip("/") + CALLBACK
