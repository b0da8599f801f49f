"""The two real lists of meter names, and other tables of the meter-name tests."""

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"
LISTS = ("2025-08", "2026-08")

Meter = tuple[str, str, str]
"""Product, meter name, unit of measure."""


def meters(month: str) -> list[Meter]:
    """The distinct meters of Azure's list of that month."""
    lines = (DATA / f"azure_meter_names_{month}.tsv").read_text(encoding="utf-8").splitlines()
    return [(product, meter, unit) for product, meter, unit in (line.split("\t") for line in lines)]


def table(name: str) -> list[dict[str, str]]:
    """A tab-separated table with a header."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))
