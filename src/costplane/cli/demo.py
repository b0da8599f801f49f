"""`costplane demo`: the product with a year of real traffic in it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from costplane.cli.location import DataOption
from costplane.cli.serve import HostOption, PortOption

if TYPE_CHECKING:
    from costplane.http.identity import Authenticator
    from costplane.http.server import Listener

SECONDS_TO_END = 30
"""What the loading process gets to finish its present write."""


def demo(data: DataOption = None, host: HostOption = "127.0.0.1", port: PortOption = 8080) -> None:
    """Serve the demo; its history loads while the page is in use already."""
    from costplane.demo.run import demo_folder, load_in_child
    from costplane.http.identity import anonymous_owner
    from costplane.http.server import listen

    authentication = anonymous_owner(host)
    listener = listen(host, port)
    folder = data or demo_folder()
    child = load_in_child(folder)
    try:
        _serve(folder, listener, authentication)
    finally:
        _end(child)


def _serve(folder: Path, listener: Listener, authentication: Authenticator) -> None:
    from costplane.app.workspace import Workspace
    from costplane.demo.run import demo_now
    from costplane.http.app import create_app
    from costplane.http.server import serve

    workspace = Workspace.open(folder, now=demo_now)
    try:
        typer.echo(f"Costplane's demo serves on {listener.url}")
        typer.echo("What is missing of its history loads meanwhile, the newest month first.")
        serve(create_app(workspace, authentication=authentication), listener)
    finally:
        workspace.close()


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        child.kill()
