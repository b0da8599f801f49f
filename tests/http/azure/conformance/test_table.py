"""The documentation's table lists all operations, and claims no more than is so."""

from __future__ import annotations

import re

from tests.http.azure.conformance.registry import KNOWN
from tests.http.azure.conformance.table import PAGE, STATES, load_cases, states

ROW = re.compile(r"\| `([\w.]+)` \| (.*) \| (.*) \| ([\w ]+) \|")
SECTION = re.compile(r"## azure-mgmt-(\w+)")


def listed() -> dict[str, str]:
    """The state that the page tells of each operation."""
    found, client = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if section := SECTION.fullmatch(line):
            client = section[1]
        elif row := ROW.fullmatch(line):
            found[f"{client}.{row[1]}"] = row[4]
    return found


def test_there_are_103() -> None:
    assert len(KNOWN) == len(set(KNOWN)) == 103


def test_every_operation_is_listed() -> None:
    assert list(listed()) == list(KNOWN)


def test_no_state_is_better_than_it_is() -> None:
    load_cases()
    known = states()
    order = {state: number for number, state in enumerate(STATES)}
    assert {n: s for n, s in listed().items() if order[s] > order[known[n]]} == {}, (
        "run python -m tests.http.azure.conformance.table"
    )
