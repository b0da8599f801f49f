"""`costplane serve`: the page and the API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, data_folder, opened
from costplane.cli.output import warn

HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.", max=65535)]
PemOption = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, show_default=False)]


def serve(
    data: DataOption = None,
    tables: TablesOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8080,
    tls_cert: PemOption = None,
    tls_key: PemOption = None,
    self_signed: Annotated[
        bool, typer.Option("--self-signed", help="TLS with a certificate made for this machine.")
    ] = False,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Everybody is Owner; on a loopback address only.")
    ] = False,
    persons: Annotated[
        bool, typer.Option("--persons", help="With --no-auth: show users and sessions by name.")
    ] = False,
    rate_per_caller: Annotated[
        str | None,
        typer.Option(
            metavar="N/PERIOD",
            envvar="COSTPLANE_RATE_PER_CALLER",
            help="Most calls of a caller, such as 600/minute; without it as many as one likes.",
        ),
    ] = None,
    rate_per_address: Annotated[
        str | None,
        typer.Option(
            metavar="N/PERIOD",
            envvar="COSTPLANE_RATE_PER_ADDRESS",
            help="Most calls from an address, such as 1200/minute.",
        ),
    ] = None,
) -> None:
    """Serve the page and the API until stopped."""
    from costplane.errors import InvalidInput
    from costplane.http.identity import anonymous_owner, authenticator, is_loopback
    from costplane.http.server import listen
    from costplane.http.throttle import limits

    if self_signed and (tls_cert or tls_key):
        raise InvalidInput("--self-signed stands in place of --tls-cert and --tls-key")
    if persons and not no_auth:
        raise InvalidInput(
            "--persons goes with --no-auth; else 'costplane roles assign' gives the role "
            "'Person Reader'",
            target="--persons",
        )
    limited = limits(rate_per_caller, rate_per_address)
    if no_auth:
        anonymous_owner(host)
    if self_signed:
        tls_cert, tls_key = _own_certificate(data_folder(data))
    listener = listen(host, port, certificate=tls_cert, key=tls_key)
    from costplane.app.leasing import log_wait
    from costplane.app.scheduler import scheduled
    from costplane.http.app import create_app
    from costplane.http.server import serve as serve_app

    with opened(data, tables, log_wait) as workspace:
        authentication = authenticator(
            host, workspace.accounts, workspace.sessions, no_auth=no_auth, persons=persons
        )
        if listener.certificate is None and not is_loopback(host):
            warn(
                f"Tokens come to {host} without TLS: put a proxy with TLS before it, or add "
                "--tls-cert and --tls-key, or --self-signed."
            )
        with scheduled(workspace.leasing, workspace):
            typer.echo(f"Costplane serves on {listener.url}")
            app = create_app(workspace, authentication=authentication, limits=limited)
            serve_app(app, listener)


def _own_certificate(data: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime

    from costplane.http.tls import self_signed

    made = self_signed(data / "tls", datetime.now(UTC))
    typer.echo(f"Clients trust this server with the authority {made.authority.resolve()}")
    return made.certificate, made.key
