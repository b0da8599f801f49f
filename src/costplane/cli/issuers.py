"""`costplane issuers`: OpenID Connect issuers whose tokens are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import ListFormat, ListFormatOption, print_list

if TYPE_CHECKING:
    from costplane.access.issuer import Issuer

commands = typer.Typer(
    help="OpenID Connect issuers whose tokens are taken.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Short name; begins the names of its users.")],
    url: Annotated[str, typer.Option(help="Its address: the tokens' iss, letter by letter.")],
    audience: Annotated[
        list[str], typer.Option(help="Whom tokens must be for (aud); may be repeated.")
    ],
    name_claim: Annotated[str, typer.Option(help="Claim that names the user.")] = "sub",
    groups_claim: Annotated[str, typer.Option(help="Claim that lists groups.")] = "groups",
    client_id: Annotated[
        str | None, typer.Option(help="Lets people sign in to the page with it, as this client.")
    ] = None,
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Take tokens of an issuer; one of the same name is replaced."""
    from costplane.access.issuer import Issuer

    issuer = Issuer(name, url, tuple(audience), name_claim, groups_claim, client_id)
    with opened(data, tables) as workspace:
        workspace.accounts.put_issuer(issuer, actor())
    print(f"Tokens of {url} are taken; its users are {name}:<{name_claim}>.")


@commands.command("list")
def list_issuers(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the issuers."""
    with opened(data, tables) as workspace:
        found = workspace.accounts.store.issuers()
    columns = ("name", "url", "audiences", "name claim", "groups claim", "client id")
    print_list(format_, found, columns, _cells)


def _cells(issuer: Issuer) -> tuple[object, ...]:
    audiences, client = ", ".join(issuer.audiences), issuer.client_id or ""
    return issuer.name, issuer.url, audiences, issuer.name_claim, issuer.groups_claim, client


@commands.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="Its name, as 'issuers list' shows it.")],
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Take no more tokens of an issuer; roles of its users stay, for its return."""
    with opened(data, tables) as workspace:
        workspace.accounts.remove_issuer(name, actor())
    print(f"Tokens of {name} are refused.")
