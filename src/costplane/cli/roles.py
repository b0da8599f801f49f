"""`costplane roles`: who may do what, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_json, print_table, warn
from costplane.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from costplane.access.assignment import Assignee, Assignment
    from costplane.app.workspace import Workspace
    from costplane.core.scope import Scope

commands = typer.Typer(
    help="Who may do what, and where.", no_args_is_help=True, rich_markup_mode=None
)

RoleOption = Annotated[str, typer.Option(help="Role, such as 'Cost Management Reader'.")]
ScopeOption = Annotated[str, typer.Option(help="Scope id; / is everything.")]
UserOption = Annotated[
    str | None, typer.Option(help="A user: <issuer>:<name>.", show_default=False)
]
GroupOption = Annotated[
    str | None, typer.Option(help="A group: <issuer>:<name>.", show_default=False)
]
TokenOption = Annotated[str | None, typer.Option(help="Id of a token.", show_default=False)]


@commands.command("assign")
def assign(
    role: RoleOption,
    scope: ScopeOption,
    user: UserOption = None,
    group: GroupOption = None,
    token: TokenOption = None,
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Give a role at a scope and in all that is below it."""
    from costplane.core.scope import parse_scope

    wanted = _assignment(role, scope, user, group, token)
    with opened(data, tables) as workspace:
        warn_if_unknown(workspace, parse_scope(scope))
        added = workspace.accounts.assign(wanted, actor())
    print(str(wanted) if added else f"{wanted} (as before)")


@commands.command("remove")
def remove(
    role: RoleOption,
    scope: ScopeOption,
    user: UserOption = None,
    group: GroupOption = None,
    token: TokenOption = None,
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Take a role back, at the scope where it was assigned."""
    wanted = _assignment(role, scope, user, group, token)
    with opened(data, tables) as workspace:
        workspace.accounts.remove(wanted, actor())
    print(f"removed: {wanted}")


@commands.command("list")
def list_roles(
    scope: Annotated[
        str | None, typer.Option(help="Only roles held at this scope.", show_default=False)
    ] = None,
    data: DataOption = None,
    tables: TablesOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List all role assignments, those of tokens too."""
    from costplane.catalog.containment import Containment
    from costplane.core.scope import parse_scope

    with opened(data, tables) as workspace:
        found = workspace.accounts.store.assignments()
        if scope is not None:
            around = Containment(workspace.catalog.hierarchy()).around(parse_scope(scope))
            found = [assignment for assignment in found if assignment.scope in around]
    rows = [(a.assignee.kind, a.assignee.name, a.role, a.scope) for a in found]
    columns = ("kind", "principal", "role", "scope")
    if format_ is Format.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)


def warn_if_unknown(workspace: Workspace, scope: Scope) -> None:
    """Tell that the catalog does not have `scope`: roles may come before the first usage, but
    so may a slip of the pen."""
    try:
        workspace.catalog.select(scope)
    except NotFound as unknown:
        warn(f"note: {unknown.message}")


def _assignment(
    role: str, scope: str, user: str | None, group: str | None, token: str | None
) -> Assignment:
    from costplane.access.assignment import Assignment
    from costplane.access.roles import parse_role

    return Assignment(_assignee(user, group, token), parse_role(role), scope)


def _assignee(user: str | None, group: str | None, token: str | None) -> Assignee:
    from costplane.access.assignment import Assignee

    given = [
        *([Assignee("User", user)] if user is not None else []),
        *([Assignee("Group", group)] if group is not None else []),
        *([Assignee("Token", token)] if token is not None else []),
    ]
    if len(given) != 1:
        raise InvalidInput("name one of --user, --group and --token", target="--user")
    return given[0]
