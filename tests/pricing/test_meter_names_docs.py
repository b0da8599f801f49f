"""docs/reference/meter-names.md and price-sheets.md: words, fields and figures are true."""

from collections import Counter
from pathlib import Path

from costplane.pricing.importers.own_sheet import ROW_FIELDS, SHEET_FIELDS
from costplane.pricing.meter_names import Placed, Unplaced, parse_meter
from costplane.pricing.meter_names.words import PARTS, read_data
from tests.pricing.meter_lists import LISTS, meters, table

REFERENCE = Path(__file__).parents[2] / "docs/reference"
PAGE = (REFERENCE / "meter-names.md").read_text(encoding="utf-8")


def counts(month: str) -> Counter[str]:
    """How many names of the list are placed, and how many are not for which reason."""
    placements = (parse_meter(*meter) for meter in meters(month))
    return Counter("Placed" if isinstance(p, Placed) else p.code for p in placements)


def figures() -> str:
    """The page's table of figures."""
    before, after = (counts(month) for month in LISTS)
    codes = sorted((before | after).keys() - {"Placed"}, key=lambda code: (-after[code], code))
    rows = [("Placed", before["Placed"], after["Placed"])]
    rows += [(code, before[code], after[code]) for code in codes]
    rows.append(("All", before.total(), after.total()))
    lines = [f"| {name} | {old:,} | {new:,} |" for name, old, new in rows]
    return "\n".join(["| | 2025-08 | 2026-08 |", "|---|---:|---:|", *lines])


def words() -> str:
    """The page's table of words."""
    tables = read_data("meter_words.toml")
    rows = [
        f"| {part} | {value} | {', '.join(spelled)} |"
        for part in PARTS
        for value, spelled in tables[part].items()
    ]
    return "\n".join(["| Part | Meaning | Spellings |", "|---|---|---|", *rows])


def differences() -> str:
    """The page's table of differences from the package azure-genai-prices."""
    parts = Counter(row["part"] for row in table("azure_genai_prices_differences.tsv"))
    rows = [f"| {part} | {number} |" for part, number in sorted(parts.items())]
    return "\n".join(["| Part | Differences |", "|---|---:|", *rows])


def unplaced() -> str:
    """The page's table of every name that stays unplaced."""
    names = {
        (placement.code, meter, product)
        for month in LISTS
        for product, meter, unit in meters(month)
        if isinstance(placement := parse_meter(product, meter, unit), Unplaced)
    }
    rows = [f"| {code} | `{meter}` | {product} |" for code, meter, product in sorted(names)]
    return "\n".join(["| Reason | Name | Product |", "|---|---|---|", *rows])


def test_every_name_that_stays_unplaced_is_listed() -> None:
    assert unplaced() in PAGE, unplaced()


def test_the_figures_are_those_of_the_parser() -> None:
    assert figures() in PAGE, figures()


def test_the_words_are_those_of_the_vocabulary() -> None:
    assert words() in PAGE, words()


def test_the_differences_are_those_of_the_table() -> None:
    assert differences() in PAGE, differences()


def test_the_synonyms_are_counted() -> None:
    assert f"{len(table('meter_synonyms.tsv'))} pairs of names" in PAGE


def test_every_field_of_an_own_sheet_is_explained() -> None:
    page = (REFERENCE / "price-sheets.md").read_text(encoding="utf-8")
    explained = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(explained) == sorted((*SHEET_FIELDS, *ROW_FIELDS))
