"""Meters of provisioned throughput: they price units of a deployment scope, not a model's calls.

"Provisioned Managed Global Unit" (by the hour, used or not) and the older "Provisioned Throughput
Units" (by the month, regional) have a key of their own: a model named `provisioned`, the quantity
`hours`. Reservations have the names of the hourly meters; their term tells them apart.
"""

from __future__ import annotations

from typing import cast

from costplane.pricing.meter_names.placement import Placed, Placement, Unplaced
from costplane.pricing.model_key import DeploymentScope, ModelKey
from costplane.pricing.units import parse_unit_of_measure

PROVISIONED = "provisioned"
CLASSIC = "classic"
"""Units of the older offer, committed by the month."""
OVERAGE = "overage"
"""Units beyond those."""

_SCOPES = {"global": "Global", "datazone": "DataZone", "regional": "Regional"}
_FIRST_FAMILY = "openai"
_UNIT = frozenset({"unit", "units"})


def provisioned_model(family: str | None, *kind: str) -> str:
    """The key's model for units of a maker's models: `provisioned` for OpenAI's and for meters
    of all makers, else with the maker's name behind it (`provisioned-grok`)."""
    maker = () if family in (None, _FIRST_FAMILY) else (family,)
    return "-".join((PROVISIONED, *filter(None, maker), *kind))


def provisioned_meter(words: tuple[str, ...], unit: str, family: str | None) -> Placement:
    """What a meter with the word "provisioned" prices; `words` as split_name gives them."""
    try:
        _, time = parse_unit_of_measure(unit)
    except ValueError:
        return Unplaced("UnitMismatch", f"the unit {unit!r} is not understood")
    said = frozenset(words) - _UNIT - {"az", PROVISIONED}
    if time not in ("Hours", "Months") or not _UNIT & set(words):
        return Unplaced("UnitMismatch", f"no provisioned throughput is priced by {unit}")
    scope = next((_SCOPES[word] for word in said if word in _SCOPES), None)
    if scope and said - _SCOPES.keys() == {"managed"} and len(said) == 2 and time == "Hours":
        return _placed(provisioned_model(family), scope)
    if said == {"throughput"}:
        return _placed(provisioned_model(family, CLASSIC), "Regional")
    if said == {"throughput", "overage"} and time == "Hours":
        return _placed(provisioned_model(family, CLASSIC, OVERAGE), "Regional")
    return Unplaced(
        "ProvisionedThroughput", "the name does not say which units, of which scope, it charges"
    )


def _placed(model: str, scope: str) -> Placed:
    return Placed(ModelKey(model, None, cast(DeploymentScope, scope), "Standard", "hours"))
