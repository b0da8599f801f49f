"""What every test can ask for: parts of the machine, and the product running."""

import os

import pytest
from hypothesis import settings

from tests.environment.parts import PARTS, demand

pytest_plugins = [
    "tests.environment.chromium",
    "tests.environment.postgres",
    "tests.environment.server",
]

# No deadline: a busy machine is no fault of the code. In continuous integration every run draws
# the same examples, so that a failure there belongs to the change that it tests.
settings.register_profile("costplane", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("costplane")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Hold a test with `@pytest.mark.requires(...)` back where a part is missing."""
    for marker in item.iter_markers("requires"):
        for part in marker.args:
            demand(part)


def pytest_report_header() -> list[str]:
    """Say at the start which parts this machine has."""
    return [f"{part.name}: {part.find() or 'missing'}" for part in PARTS.values()]
