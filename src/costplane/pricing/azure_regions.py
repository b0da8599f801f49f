"""Azure's regions as its bills and price sheets spell them: "EU West", "SE Central", "US East 2".

data/azure_regions.csv is the FinOps toolkit's open data.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

EVERYWHERE = frozenset({"", "all regions", "any", "global", "n/a", "unassigned"})
"""What sheets write for a meter without a region of its own."""


def region_of(text: str) -> str | None:
    """Azure's name of a region, such as swedencentral; None for a meter that has none.

    A region that the table does not know is given without blanks, in lower case: no call is
    priced by a region that it was not made in.
    """
    spelled = " ".join(text.lower().split())
    if spelled in EVERYWHERE:
        return None
    return _regions().get(spelled, spelled.replace(" ", ""))


@cache
def _regions() -> dict[str, str]:
    text = files("costplane.pricing").joinpath("data", "azure_regions.csv").read_text("utf-8")
    return {row["OriginalValue"]: row["RegionId"] for row in csv.DictReader(text.splitlines())}
