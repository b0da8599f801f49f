"""`costplane tokens`: bearer tokens that Costplane issues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_json, print_table, warn

if TYPE_CHECKING:
    from datetime import datetime

    from costplane.access.roles import Role
    from costplane.access.tokens import IssuedToken

commands = typer.Typer(
    help="Bearer tokens for programs and people.", no_args_is_help=True, rich_markup_mode=None
)

USUAL_LIFE = 90


@commands.command("create")
def create(
    role: Annotated[str, typer.Option(help="Role, such as 'Cost Management Reader'.")],
    scope: Annotated[str, typer.Option(help="Scope id; / is everything.")],
    name: Annotated[str, typer.Option(help="What it is for.", show_default=False)] = "",
    expires: Annotated[int, typer.Option(help="Days until it ends.")] = USUAL_LIFE,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Create a token with one role at a scope, and print it: it is not shown again."""
    from costplane.access.roles import parse_role
    from costplane.cli.roles import warn_if_unknown
    from costplane.core.scope import parse_scope

    held, place = parse_role(role), parse_scope(scope)
    with opened(data, tables) as workspace:
        warn_if_unknown(workspace, place)
        token, secret = workspace.accounts.create_token(held, place, name, expires, actor())
    if format_ is Format.JSON:
        told = {"id": token.id, "token": secret, "role": held, "scope": place.id}
        print_json(told | {"expires_at": token.expires_at})
        return
    print(secret)
    warn(
        f"Token {token.id}: {held} at {place.id}, until {token.expires_at:%F}. "
        "Keep it now: it is not shown again."
    )


@commands.command("list")
def list_tokens(
    data: DataOption = None, tables: TablesOption = None, format_: FormatOption = Format.TABLE
) -> None:
    """List all tokens, the oldest first."""
    with opened(data, tables) as workspace:
        store, now = workspace.accounts.store, workspace.now()
        found = store.tokens()
        held = store.assignments()
    roles = {
        token.id: [
            (a.role, a.scope)
            for a in held
            if a.assignee.kind == "Token" and a.assignee.name == token.id
        ]
        for token in found
    }
    if format_ is Format.JSON:
        print_json([_data(token, now, roles[token.id]) for token in found])
        return
    columns = ("id", "name", "state", "roles", "created", "expires", "last used")
    rows = [
        (
            token.id,
            token.name,
            _state(token, now),
            ", ".join(f"{role} at {scope}" for role, scope in roles[token.id]),
            f"{token.created_at:%F}",
            f"{token.expires_at:%F}",
            f"{token.last_used:%F %H}h" if token.last_used else None,
        )
        for token in found
    ]
    print_table(columns, rows)


@commands.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="Its id, as 'tokens list' shows it.")],
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """End a token at once."""
    with opened(data, tables) as workspace:
        workspace.accounts.revoke_token(token, actor())
    print(f"Token {token} is revoked.")


def _data(token: IssuedToken, now: datetime, roles: list[tuple[Role, str]]) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "state": _state(token, now),
        "roles": [{"role": role, "scope": scope} for role, scope in roles],
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used": token.last_used,
    }


def _state(token: IssuedToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if token.stands(now) else "expired"
