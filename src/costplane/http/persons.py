"""`POST /v1/persons/erase`: a person is erased from wherever its name is kept."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request

from costplane.core.scope import ROOT, parse_scope
from costplane.http.access import Access, require
from costplane.http.own import Permission
from costplane.http.own_router import own_router, refusals
from costplane.http.services import Services

OWNER = Access("Owner", "body")
"""What is erased lies everywhere, so that the role is asked for at `/`, whatever is told."""


@dataclass(frozen=True, slots=True)
class ErasureWish:
    """A user as events name it, and whether its sessions are erased with it."""

    user: str
    sessions: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """Nothing names the user any more. Whether anything did is not told: it would tell who is
    there."""

    erased: bool


def person_routes(services: Services) -> APIRouter:
    """The route that erases persons."""
    router = own_router("Persons", "/v1/persons")

    @router.post(
        "/erase",
        dependencies=[Depends(Permission(OWNER, services))],
        responses=refusals(400, 408, 413),
    )
    async def erase_person(wish: ErasureWish, request: Request) -> Erased:
        """Erase a user for good, for an Owner of everything. Amounts stay as they are. Repeat the
        call after a fault; a second time changes nothing."""
        principal = request.state.principal
        require(principal, OWNER, parse_scope(ROOT))
        erase = services.workspace.erase_person
        await services.heavy.run(erase, wish.user, principal.name, sessions=wish.sessions)
        return Erased(erased=True)

    return router
