"""A provider's usage object, verbatim -> disjoint quantities.

Which counts include which is data: a table of rows for each shape (shape.py, openai.py,
providers.py); table.py chooses the shape, disjoint.py is the one computation for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from costplane.errors import InvalidUsage
from costplane.metering.extract.amounts import Amount
from costplane.metering.extract.disjoint import disjoint
from costplane.metering.extract.table import BY_FORMAT, KEYS, find_shape


def extract(
    usage: Mapping[str, Any],
    *,
    provider: str | None = None,
    operation: str | None = None,
    model: str | None = None,
    usage_format: str | None = None,
) -> dict[str, Amount]:
    """Disjoint amounts by quantity (core.quantities); empty when no count was told.

    Fractions in `usage` are Decimal. Raises InvalidUsage for an unknown shape or for counts
    that contradict each other.
    """
    told = usage
    if None in usage.values():
        told = {key: value for key, value in usage.items() if value is not None}
    if not told:
        return {}
    shape = find_shape(KEYS.intersection(told), provider, operation, model, usage_format)
    if shape is None:
        raise _unknown(told)
    return disjoint(shape, told)


def _unknown(usage: Mapping[str, Any]) -> InvalidUsage:
    return InvalidUsage(
        f"data.usage has none of the known shapes; its keys are {', '.join(usage)[:300]}. "
        f"Name its shape in data.usage_format ({', '.join(BY_FORMAT)}) or send data.quantities",
        target="data.usage",
    )
