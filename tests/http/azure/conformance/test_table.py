"""The documentation's table lists all operations, and claims no more than is so."""

from __future__ import annotations

import re

from tests.http.azure.conformance.registry import FURTHER, KNOWN
from tests.http.azure.conformance.table import PACKAGES, PAGE, STATES, load_cases, states

ROW = re.compile(r"\| `([\w.]+)` \| (.*) \| (.*) \| ([\w ]+) \|")
SECTION = re.compile(r"## (azure-mgmt-[\w-]+)")
CLIENTS = {package: client for client, package in PACKAGES.items()}


def listed() -> dict[str, str]:
    """The state that the page tells of each operation."""
    found, client = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if section := SECTION.fullmatch(line):
            client = CLIENTS[section[1]]
        elif row := ROW.fullmatch(line):
            found[f"{client}.{row[1]}"] = row[4]
    return found


def test_there_are_103() -> None:
    assert len(KNOWN) == len(set(KNOWN)) == 103


def test_every_operation_is_listed() -> None:
    assert sorted(listed()) == sorted((*KNOWN, *FURTHER))


def test_every_operation_is_checked() -> None:
    load_cases()
    assert {name for name, state in states().items() if state != "checked"} == set()


def test_no_state_is_better_than_it_is() -> None:
    load_cases()
    known = states()
    order = {state: number for number, state in enumerate(STATES)}
    assert {n: s for n, s in listed().items() if order[s] > order[known[n]]} == {}, (
        "run python -m tests.http.azure.conformance.table"
    )
