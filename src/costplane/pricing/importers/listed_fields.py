"""What the price fields of public lists of model prices count (data/list_prices.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from costplane.pricing.meter_names.words import read_data


@dataclass(frozen=True, slots=True)
class ListedField:
    """A field's quantity, the block of its price in Azure's words ("1M"), and how many decimal
    places its number is moved to be the price of that block. `mode`: for models of this alone."""

    quantity: str
    unit: str
    shift: int = 0
    mode: str | None = None


@cache
def listed_fields(table: str) -> dict[str, ListedField]:
    """The fields of one table, read once."""
    rows = read_data("list_prices.toml")[table]
    return {name: ListedField(**row) for name, row in rows.items()}
