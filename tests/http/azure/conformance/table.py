"""The documentation's table of every operation of Azure's two clients, made from the product's own
table of operations and from the marks of the conformance tests.

    python -m tests.http.azure.conformance.table        writes docs/reference/azure-operations.md
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from costplane.http.azure.operations import OPERATIONS
from costplane.http.azure.protocol.operation import Operation
from tests.environment.sources import ROOT
from tests.http.azure.conformance.examples import client_name, examples
from tests.http.azure.conformance.registry import CASES, CLIENTS, FURTHER, KNOWN

PAGE = ROOT / "docs/reference/azure-operations.md"
PACKAGES = {
    "costmanagement": "azure-mgmt-costmanagement",
    "consumption": "azure-mgmt-consumption",
    "billing": "azure-mgmt-billing",
    "resource": "azure-mgmt-resource",
    "subscriptions": "azure-mgmt-resource-subscriptions",
}
"""Azure's packages by the clients' names here."""

STATES = ("not answered", "answered", "examples", "checked")
HEAD = """\
# Azure's operations

Every operation of Azure's clients for Python `azure-mgmt-costmanagement` 5.0.0 and
`azure-mgmt-consumption` 11.0.0, and how Costplane answers it; then what is served of
`azure-mgmt-billing` 8.0.0, `azure-mgmt-resource` 26.0.0 and `azure-mgmt-resource-subscriptions`
1.0.0. The table is made from the operations
that are served and from the tests that drive them:

- **checked**: the real client is driven against a running server over TLS, and what it gets is
  compared with plain SQL or Python over the same data;
- **examples**: Azure's official examples of it are sent and answered in their shape;
- **answered**: it is served;
- **not answered**: it is not.

Paths follow the scope: `/{scope}/providers/Microsoft.CostManagement/...`. The role is held at that
scope or above it ([access](../access.md)).
"""


def page() -> str:
    """The page as it should be."""
    load_cases()
    return "\n".join((HEAD, *_sections(), ""))


def load_cases() -> None:
    """Import every conformance test, so that its marks count."""
    for path in sorted(Path(__file__).parent.rglob("test_*.py")):
        if path.stem != "test_table":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def states() -> dict[str, str]:
    """The state of each operation by its name."""
    served = {client_name(row) for row in OPERATIONS}
    exemplified = {example.operation for example in examples()}
    return {
        name: "not answered"
        if name not in served
        else "checked"
        if name in CASES
        else "examples"
        if name in exemplified
        else "answered"
        for name in (*KNOWN, *FURTHER)
    }


def _sections() -> Iterator[str]:
    found = states()
    for client, package in PACKAGES.items():
        names = [name for name in found if name.startswith(f"{client}.")]
        done = sum(found[name] == "checked" for name in names)
        served = " that are served" if client in CLIENTS else ""
        yield f"## {package}\n\n{len(names)} operations{served}, {done} of them checked.\n"
        yield "| Operation | Request | Role | State |\n|---|---|---|---|"
        yield from (_row(name, found[name]) for name in names)
        yield ""


def _row(name: str, state: str) -> str:
    rows = [row for row in OPERATIONS if client_name(row) == name]
    asked = _request(rows[0]) if rows else ""
    role = rows[0].access.role if rows else ""
    return f"| `{name.partition('.')[2]}` | {asked} | {role} | {state} |"


def _request(row: Operation) -> str:
    return f"{row.method} `{row.path}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
