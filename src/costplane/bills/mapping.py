"""The statement that makes rows of the ledger's `billed` of a file's text, and finds faults.

Three steps: blank words are null; every column as its format says, in its type; then what a bill
leaves unsaid follows from what it says. Names that a file gave its columns stand in the statement
as literals only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp

from costplane.bills.formats import NAMED
from costplane.bills.header import Header
from costplane.bills.recognition import IS_GENERATIVE
from costplane.bills.text import LINE, column
from costplane.core.focus import CHARGE_COLUMNS, Column
from costplane.core.sql import Words

FAULT = "fault"
"""Column of the result: the first column whose text is missing or none of its type, else null."""

NEEDED = ("BilledCost", "BillingAccountId", "BillingCurrency", "ChargePeriodStart")
"""Columns without which a row says nothing."""

_OF_THE_RUN = frozenset(("x_Events", "x_RecordedDate", "x_SourceDataset"))
_DECIMALS = "DECIMAL(38, 20)"
_SLASHED = "['%m/%d/%y', '%m/%d/%Y', '%m/%d/%Y %H:%M:%S', '%Y/%m/%d']"
_MONTH = "DATE_TRUNC('month', ChargePeriodStart)"
_GROUP = "REGEXP_EXTRACT(LOWER(ResourceId), '/resourcegroups/([^/]+)', 1)"

_DIRECTION = "JSON_EXTRACT_STRING(SkuPriceDetails, '$.TokenDirection')"
_CACHE = "JSON_EXTRACT_STRING(SkuPriceDetails, '$.TokenCacheAction')"

_COMPLETED: dict[str, str] = {
    "BillingAccountId": "LOWER(BillingAccountId)",
    "BillingCurrency": "UPPER(BillingCurrency)",
    "BillingPeriodStart": f"COALESCE(BillingPeriodStart, {_MONTH})",
    "BillingPeriodEnd": "COALESCE(BillingPeriodEnd, "
    f"COALESCE(BillingPeriodStart, {_MONTH}) + INTERVAL 1 MONTH)",
    "ChargeCategory": "COALESCE(ChargeCategory, 'Usage')",
    "ChargePeriodEnd": "COALESCE(ChargePeriodEnd, ChargePeriodStart + INTERVAL 1 DAY)",
    "ContractedCost": "COALESCE(ContractedCost, EffectiveCost, BilledCost)",
    "EffectiveCost": "COALESCE(EffectiveCost, BilledCost)",
    "InvoiceIssuerName": "COALESCE(InvoiceIssuerName, 'Unknown')",
    "ListCost": "COALESCE(ListCost, ContractedCost, EffectiveCost, BilledCost)",
    "ResourceId": "LOWER(ResourceId)",
    "ServiceCategory": f"CASE WHEN {IS_GENERATIVE} THEN 'AI and Machine Learning' "
    "ELSE COALESCE(ServiceCategory, 'Other') END",
    "ServiceName": "COALESCE(ServiceName, x_SkuMeterCategory, 'Unknown')",
    "ServiceProviderName": "COALESCE(ServiceProviderName, InvoiceIssuerName, 'Unknown')",
    "ServiceSubcategory": f"CASE WHEN {IS_GENERATIVE} THEN 'Generative AI' ELSE "
    "COALESCE(ServiceSubcategory, CONCAT('Other (', COALESCE(ServiceCategory, 'Other'), ')')) END",
    "SubAccountId": "LOWER(SubAccountId)",
    "x_BillingProfileId": "CASE WHEN LOWER(x_BillingProfileId) <> LOWER(BillingAccountId) "
    "THEN LOWER(x_BillingProfileId) END",
    "x_InvoiceSectionId": "LOWER(x_InvoiceSectionId)",
    "x_ListCostSource": "CASE WHEN ListCost IS NULL THEN 'Contracted' ELSE 'List' END",
    "x_Model": "LOWER(COALESCE(x_Model, JSON_EXTRACT_STRING(SkuPriceDetails, '$.ModelId')))",
    "x_ModelVersion": "COALESCE(x_ModelVersion, "
    "JSON_EXTRACT_STRING(SkuPriceDetails, '$.ModelVersion'))",
    "x_TokenType": f"CASE WHEN NOT x_TokenType IS NULL THEN x_TokenType "
    f"WHEN {_DIRECTION} = 'Input' AND {_CACHE} = 'Read' THEN 'input_text_cached' "
    f"WHEN {_DIRECTION} = 'Input' AND {_CACHE} = 'Write' THEN 'input_text_cache_write' "
    f"WHEN {_DIRECTION} = 'Input' THEN 'input_text' "
    f"WHEN {_DIRECTION} = 'Output' THEN 'output_text' END",
    "x_PublisherType": "CASE WHEN LOWER(x_PublisherType) IN ('azure', 'microsoft') THEN 'Azure' "
    "ELSE x_PublisherType END",
    "x_ResourceGroupName": f"LOWER(COALESCE(x_ResourceGroupName, NULLIF({_GROUP}, '')))",
}
"""What follows from other columns, in SQL over the columns of the second step. Ids are in lower
case, as in all of the ledger; unsaid costs are the nearest that is said (billing-rules 15)."""

TOLD = tuple(c for c in CHARGE_COLUMNS if c.name not in _OF_THE_RUN)
"""The columns of a charge that a file can tell."""


@dataclass(frozen=True, slots=True)
class BillMapping:
    """How the text of one file becomes rows. `given` are texts for columns that it lacks."""

    header: Header
    given: Mapping[str, str] = field(default_factory=dict)

    def lacking(self) -> tuple[str, ...]:
        """The needed columns that neither the file nor `given` tells."""
        return tuple(n for n in NEEDED if n not in self.given and not self.sources(n))

    def sources(self, target: str) -> tuple[int, ...]:
        """The places of the file's columns that a column comes from, the first choice first."""
        places = self.header.positions()
        named = NAMED.findall(self.header.format.columns.get(target, ""))
        return tuple(places[name.lower()] for name in named if name.lower() in places)

    def statement(self) -> exp.Query:
        """Over the relation `rows`: `TOLD`, the line, what else the file said, and `fault`."""
        return _built(self.header, tuple(self.given.items()))

    def build(self) -> exp.Query:
        """The statement, made anew."""
        words = Words()
        cells = [column(place) for place in range(len(self.header.names))]
        cleaned = ", ".join(f"{_cleaned(cell)} AS {cell}" for cell in cells)
        typed = ", ".join(f"{sql} AS {name}" for name, sql in self._typed(words))
        told = ", ".join(f"{_completed(c.name)} AS {c.name}" for c in TOLD)
        rest = self._rest(words)
        return words.query(
            f"SELECT {told}, {rest} AS x_SourceColumns, {LINE} AS x_SourceLine, {FAULT} "
            f"FROM (SELECT {LINE}, {', '.join(cells)}, {typed} "
            f"FROM (SELECT {LINE}, {cleaned} FROM rows) AS cleaned "
            f"WHERE COALESCE({', '.join(cells)}) IS NOT NULL) AS typed"
        )

    def _typed(self, words: Words) -> Iterator[tuple[str, str]]:
        faults = []
        for target in TOLD:
            text = self._text(target.name, words)
            found = "NULL" if text == "NULL" else _as_type(text, target)
            yield target.name, f"CAST({found} AS {_type(target)})"
            if target.name in NEEDED:
                faults.append(f"WHEN {found} IS NULL THEN '{target.name}'")
            elif target.type in ("Decimal", "DateTime", "Date") and text != "NULL":
                broken = f"{text} IS NOT NULL AND {found} IS NULL"
                faults.append(f"WHEN {broken} THEN '{target.name}'")
        yield FAULT, f"CASE {' '.join(faults)} END"

    def _text(self, target: str, words: Words) -> str:
        """The text of a column in SQL over cells; NULL where the file has nothing for it."""
        template = self.header.format.columns.get(target, "NULL")
        places = self.header.positions()

        def cell(name: str) -> str:
            place = places.get(name.lower())
            return "CAST(NULL AS TEXT)" if place is None else column(place)

        found = NAMED.sub(lambda match: cell(match[1]), template)
        if not self.sources(target):
            found = "NULL" if NAMED.search(template) else template
        if target in self.given:
            return f"COALESCE({found}, {words(self.given[target])})"
        return found

    def _rest(self, words: Words) -> str:
        """What the row does not say otherwise, as one JSON object; null if there is nothing."""
        plain = self._plainly_told()
        named = [(place, name) for place, name in enumerate(self.header.names) if name]
        names = ", ".join(words(name) for _, name in named)
        values = ", ".join(_unsaid(column(place), plain.get(place)) for place, _ in named)
        told = f"JSON_MERGE_PATCH('{{}}', TO_JSON(MAP([{names}], [{values}])))"
        return f"NULLIF(CAST({told} AS TEXT), '{{}}')"

    def _plainly_told(self) -> dict[int, Column]:
        """The columns of a file whose text is a column's, by their places."""
        templates = self.header.format.columns
        plain = (
            (self.sources(target.name), target)
            for target in TOLD
            if NAMED.match(templates.get(target.name, ""))
            or target.name.lower() in self.header.positions()
        )
        places = self.header.positions()
        return {
            places.get(target.name.lower(), found[0]): target for found, target in plain if found
        }


@lru_cache(maxsize=32)
def _built(header: Header, given: tuple[tuple[str, str], ...]) -> exp.Query:
    """Files of one header share their statement."""
    return BillMapping(header, dict(given)).build()


def _completed(name: str) -> str:
    return _COMPLETED.get(name, name)


def _cleaned(cell: str) -> str:
    return f"CASE WHEN TRIM({cell}) IN ('', 'NULL', 'null', 'Null') THEN NULL ELSE TRIM({cell}) END"


def _type(target: Column) -> str:
    if target.type == "Decimal":
        return "DECIMAL(38, 18)" if target.is_price else "DECIMAL(38, 12)"
    return {"DateTime": "TIMESTAMPTZ", "Date": "DATE", "Integer": "BIGINT"}.get(target.type, "TEXT")


def _as_type(text: str, target: Column) -> str:
    """`text` as a value of the column's type, null where it is none. Decimals are rounded
    half-even to the places of their column."""
    if target.type == "Decimal":
        places = 18 if target.is_price else 12
        return f"ROUND_EVEN(TRY_CAST({text} AS {_DECIMALS}), {places})"
    if target.type in ("DateTime", "Date"):
        return (
            f"CASE WHEN CONTAINS({text}, '/') THEN CAST(TRY_STRPTIME({text}, {_SLASHED}) "
            f"AS TIMESTAMPTZ) ELSE TRY_CAST({text} AS TIMESTAMPTZ) END"
        )
    if target.type == "JSON":
        return _tags(text) if target.name == "Tags" else f"TRY_CAST({text} AS JSON)"
    return text


def _tags(text: str) -> str:
    """Tags in the ledger's form: keys sorted, values texts. Azure leaves the braces out."""
    whole = f"CASE WHEN STARTS_WITH({text}, '{{') THEN {text} ELSE CONCAT('{{', {text}, '}}') END"
    pairs = f"MAP_ENTRIES(TRY_CAST(TRY_CAST({whole} AS JSON) AS MAP(TEXT, TEXT)))"
    sorted_ = f"TO_JSON(MAP_FROM_ENTRIES(LIST_SORT({pairs})))"
    return f"CASE WHEN NOT {text} IS NULL THEN {sorted_} END"


def _unsaid(cell: str, target: Column | None) -> str:
    """The text of a cell unless `target`, which was made of it, says the same."""
    if target is None:
        return cell
    if target.type == "Decimal":
        rounded = f"TRY_CAST({cell} AS {_DECIMALS}) <> {target.name}"
        longer = f"LENGTH(SPLIT_PART({cell}, '.', 2)) > 20"
        return f"CASE WHEN {rounded} OR {longer} THEN {cell} END"
    if target.type == "String":
        return f"CASE WHEN {cell} IS DISTINCT FROM {_completed(target.name)} THEN {cell} END"
    return f"CASE WHEN {target.name} IS NULL THEN {cell} END"
