"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass

from costplane.app.workspace import Workspace
from costplane.http.heavy import HeavyWork
from costplane.http.identity import Authenticator


@dataclass(frozen=True, slots=True)
class Services:
    """The data, the callers' identities, and the threads for heavy work."""

    workspace: Workspace
    authentication: Authenticator
    heavy: HeavyWork
