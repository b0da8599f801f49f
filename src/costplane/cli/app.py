"""The commands, and the one place where errors end."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from costplane import __version__
from costplane.cli import (
    agreements,
    audit,
    commitments,
    counts,
    credit_lots,
    demo,
    estimate,
    estimates,
    explain,
    imports,
    ingest,
    invoices,
    issuers,
    keys,
    persons,
    price_explain,
    price_imports,
    prices,
    provisioned,
    quarantine,
    query,
    rerate,
    reservations,
    resources,
    roles,
    serve,
    settings,
    tokens,
    unit_costs,
)
from costplane.cli.ending import FAILED, INTERRUPTED, complain, status_of
from costplane.errors import CostplaneError

app = typer.Typer(
    name="costplane",
    help="Meter AI usage, price it, and see what it cost.",
    no_args_is_help=True,
    # Rich's help costs twice the start-up time of everything else.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("ingest")(ingest.ingest)
app.command("import")(imports.import_bill)
app.add_typer(quarantine.commands, name="quarantine")
prices.commands.command("import")(price_imports.import_prices)
prices.commands.command("update")(price_imports.update_prices)
prices.commands.command("explain")(price_explain.explain)
app.add_typer(prices.commands, name="prices")
app.add_typer(agreements.commands, name="agreements")
app.add_typer(resources.commands, name="resources")
app.add_typer(reservations.commands, name="reservations")
app.add_typer(invoices.commands, name="invoices")
app.add_typer(credit_lots.commands, name="credits")
app.add_typer(commitments.commands, name="commitments")
app.command("provisioned")(provisioned.provisioned)
app.command("query")(query.query)
app.command("unit-costs")(unit_costs.unit_costs)
app.add_typer(counts.commands, name="counts")
app.command("explain")(explain.explain)
app.command("rerate")(rerate.rerate)
app.command("estimate")(estimate.estimate)
app.add_typer(estimates.commands, name="estimates")
app.add_typer(tokens.commands, name="tokens")
app.add_typer(roles.commands, name="roles")
app.add_typer(issuers.commands, name="issuers")
app.add_typer(audit.commands, name="audit")
app.add_typer(keys.commands, name="keys")
app.add_typer(persons.commands, name="persons")
app.add_typer(settings.commands, name="settings")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"costplane {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Meter AI usage, price it, and see what it cost."""


def main() -> None:
    """Run a command and leave with its exit status; no expected error shows a traceback."""
    try:
        app(prog_name="costplane")
    except CostplaneError as error:
        complain(error.message)
        sys.exit(status_of(error))
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe left; Python must not complain about it when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        complain(str(error))
        sys.exit(FAILED)
