"""Parts of the machine beside Python that some tests need.

A missing part is a skip that says what is missing, or, with CI=true, a failure: continuous
integration must not become green by leaving tests out.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Part:
    """A program that is found or missing, and how to get it."""

    name: str
    find: Callable[[], Path | None]
    package: str


def find_chromium() -> Path | None:
    """Chromium, or Chrome, of the system."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return next((Path(path) for path in found if path), None)


def find_postgres() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest if there are several.

    Debian keeps it off the PATH.
    """
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max(
        (path.parent for path in found), key=lambda path: int(path.parent.name), default=None
    )


PARTS = {
    part.name: part
    for part in (
        Part("chromium", find_chromium, "chromium"),
        Part("postgres", find_postgres, "postgresql"),
    )
}


def demand(name: str) -> Path:
    """Where the part is; without it the test is skipped, or fails with CI=true."""
    part = PARTS[name]
    found = part.find()
    if found is not None:
        return found
    reason = f"{name} is missing: install the system package {part.package}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
