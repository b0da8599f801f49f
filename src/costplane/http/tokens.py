"""`/v1/tokens`: bearer tokens of a scope, issued, listed without their secret, and revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from costplane.access.roles import parse_role
from costplane.app.access.granting import Granting, TokenAt
from costplane.core.scope import parse_scope
from costplane.http.access import Access
from costplane.http.own import Permission
from costplane.http.own_router import own_router, refusals
from costplane.http.services import Services

DAYS = 90
"""Days until a token expires, unless told."""

OwnScope = Annotated[str, Query(description="Scope id at which you are Owner; / is everything")]


@dataclass(frozen=True, slots=True)
class TokenWish:
    """A token to issue: its role at the scope, a name for lists, days until it expires."""

    role: str
    name: str = ""
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class RoleAt:
    """A role, and the scope at which it is held."""

    role: str
    scope: str


@dataclass(frozen=True, slots=True)
class TokenItem:
    """A token: its roles at the scope and below it. `token` is its text, told once, when it is
    issued; null ever after."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used: datetime | None
    roles: list[RoleAt]
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens, the oldest first."""

    tokens: list[TokenItem]


def token_routes(services: Services) -> APIRouter:
    """The routes of `/v1/tokens`."""
    owned = [Depends(Permission(Access("Owner", "query"), services))]
    router = own_router("Tokens", "/v1/tokens", dependencies=owned)

    @router.get("", responses=refusals(400))
    def tokens(request: Request, scope: OwnScope) -> Tokens:
        """The tokens that hold roles at the scope or below it."""
        found = _granting(request, services).tokens(parse_scope(scope))
        return Tokens([_item(one) for one in found])

    @router.post("", status_code=201, responses=refusals(400, 408, 413))
    def issue_token(wish: TokenWish, request: Request, scope: OwnScope) -> TokenItem:
        """Issue a token with a role at the scope; its text is told now and never again."""
        made, secret = _granting(request, services).issue(
            parse_scope(scope), parse_role(wish.role), wish.name, wish.days
        )
        return _item(made, secret)

    @router.delete("/{token_id}", status_code=204, responses=refusals(400, 404))
    def revoke_token(token_id: str, request: Request, scope: OwnScope) -> Response:
        """End a token that holds roles at the scope and below it alone."""
        _granting(request, services).revoke(parse_scope(scope), token_id)
        return Response(status_code=204)

    return router


def _granting(request: Request, services: Services) -> Granting:
    return Granting(services.workspace.accounts, request.state.principal)


def _item(one: TokenAt, secret: str | None = None) -> TokenItem:
    token = one.token
    return TokenItem(
        token.id,
        token.name,
        token.created_at,
        token.expires_at,
        token.last_used,
        [RoleAt(held.role, held.scope) for held in one.held],
        secret,
    )
