"""How a command ends: the exit status, and what standard error says (interfaces.md).

0 done; 1 the work failed; 2 wrong usage; 3 done, but some input was rejected.
"""

from __future__ import annotations

import sys

import typer

from costplane.errors import (
    CostplaneError,
    InvalidInput,
    InvalidPriceSheet,
    InvalidUsage,
    NotFound,
    UnreadableFile,
    UnsafeStart,
)

FAILED = 1
WRONG_USAGE = 2
SOME_REJECTED = 3
INTERRUPTED = 130

_BAD_FILES = (InvalidPriceSheet, InvalidUsage, UnreadableFile)
_BAD_OPTIONS = (InvalidInput, NotFound, UnsafeStart)


def status_of(error: CostplaneError) -> int:
    """The exit status: 2 when the options were wrong, 1 when the work or its files were."""
    if isinstance(error, _BAD_FILES):
        return FAILED
    return WRONG_USAGE if isinstance(error, _BAD_OPTIONS) else FAILED


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    print(f"costplane: {message}", file=sys.stderr)


def finish(*, rejected: bool) -> None:
    """End the command: 3 if some input was rejected, else as usual."""
    if rejected:
        raise typer.Exit(SOME_REJECTED)
