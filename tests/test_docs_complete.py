"""What the registries list, the documentation lists too, in the same words."""

from costplane.access.roles import ROLES
from costplane.core.focus import FOCUS_COLUMNS, OWN_COLUMNS
from costplane.core.quantities import QUANTITIES
from costplane.core.tables import TABLES
from costplane.errors import CostplaneError
from tests.environment.sources import ROOT


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_quantity_is_explained() -> None:
    text = page("usage-events.md")
    assert [q.name for q in QUANTITIES if f"`{q.name}`" not in text] == []


def test_every_column_of_a_charge_is_listed() -> None:
    text = page("reference/charges.md")
    assert [c.name for c in FOCUS_COLUMNS if f"`{c.name}`" not in text] == []
    rows = [f"| `{c.name}` | {c.type} | {c.meaning} |" for c in OWN_COLUMNS]
    assert [row for row in rows if row not in text] == []


def test_every_role_is_explained() -> None:
    text = page("access.md")
    rows = [f"| `{name}` | {role.meaning} |" for name, role in ROLES.items()]
    assert [row for row in rows if row not in text] == []


def test_every_table_is_explained() -> None:
    text = page("reference/charges.md")
    assert [name for name in TABLES if f"| `{name}` |" not in text] == []


def test_every_error_is_explained() -> None:
    text = page("reference/errors-and-limits.md")
    kinds: set[type[CostplaneError]] = {CostplaneError, *_below(CostplaneError)}
    told = {(kind.status, kind.code) for kind in kinds if kind.__module__ == "costplane.errors"}
    unsaid = {"InternalError", "InvalidUsage", "InvalidPriceSheet", "UnreadableFile", "UnsafeStart"}
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for status, code in told:
        assert code in unsaid or any(
            row.startswith(f"| {status} |") and f"`{code}`" in row for row in rows
        ), code


def _below(kind: type[CostplaneError]) -> set[type[CostplaneError]]:
    return {found for direct in kind.__subclasses__() for found in (direct, *_below(direct))}
