"""Who is at the command line, for the audit log."""

from __future__ import annotations

import getpass


def actor() -> str:
    """`local` and the name of the operating system's user."""
    try:
        return f"local {getpass.getuser()}"
    except (KeyError, OSError):
        # A container's user may have no name.
        return "local"
