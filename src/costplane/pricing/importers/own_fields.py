"""The fields of Costplane's own price sheet: what each means, and which values it takes.

This is the one declaration of them. The reader checks every value by it (own_rows), the JSON Schema
is made from it (own_schema), and docs/reference/price-sheets.md lists the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from costplane.core.quantities import PRICED
from costplane.pricing.model_key import CONTEXT_BANDS, SERVICE_TIERS
from costplane.pricing.price import PRICE_KINDS, PUBLISHER_TYPES, SHEET_KINDS, TIERINGS

_NUMBER = r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DATE = r"[0-9]{4}-?([0-9]{2}|W[0-9]).*"

DEPLOYMENT_TYPES: dict[str, tuple[str, str, str]] = {
    "Global": ("Global", "", ""),
    "DataZone": ("DataZone", "", ""),
    "Regional": ("Regional", "", ""),
    "GlobalStandard": ("Global", "", ""),
    "DataZoneStandard": ("DataZone", "", ""),
    "Standard": ("Regional", "", ""),
    "GlobalBatch": ("Global", "Batch", ""),
    "DataZoneBatch": ("DataZone", "Batch", ""),
    "GlobalProvisionedManaged": ("Global", "", ""),
    "DataZoneProvisionedManaged": ("DataZone", "", ""),
    "ProvisionedManaged": ("Regional", "", ""),
    "DeveloperTier": ("Global", "", "developer"),
}
"""Azure's deployment types (or scopes): their scope, and the tier and variant they imply."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. Its value is one of `words`, or of the form `pattern`, or any text.

    `is_number`: the value may stand in YAML as a number. `fix` says what to write, behind the
    fault. A row `needs` the field, its own or the sheet's, except where it has one of `unless`.
    """

    name: str
    meaning: str
    fix: str = ""
    words: tuple[str, ...] = ()
    pattern: str = ""
    is_number: bool = False
    needs: bool = False
    unless: tuple[str, ...] = ()

    def fault(self, value: str) -> str | None:
        """What is wrong with a value, and what to write; None if nothing is."""
        if self.words and value not in self.words:
            return f"{self.name} is {value!r}; use one of {', '.join(self.words)}"
        if self.pattern and not re.fullmatch(self.pattern, value, re.ASCII | re.DOTALL):
            return f"{self.name} is {value!r}; {self.fix}"
        return None


SHEET: tuple[Field, ...] = (
    Field("name", "The sheet's name; a later import of it supersedes rows of equal start"),
    Field("kind", "A list (the default), or a customer's prices", words=SHEET_KINDS),
    Field("scope", "Azure id of the scope for which a customer's sheet holds; else all"),
)
"""What a sheet says of itself."""

ROW: tuple[Field, ...] = (
    Field("provider", "Who serves the model: azure (the default), openai, anthropic, ..."),
    Field(
        "model",
        "The model's name in Azure's catalogue, or as the provider calls it; * for any",
        "give the catalogue name in lower case",
        needs=True,
        unless=("consumption_unit",),
    ),
    Field("version", "Such as 2024-11-20; without it, each that has no row of its own"),
    Field(
        "deployment_type",
        "Azure's deployment type, or a scope; needed at Azure only",
        f"use one of {', '.join(DEPLOYMENT_TYPES)}",
        words=tuple(DEPLOYMENT_TYPES),
        needs=True,
        unless=("provider", "consumption_unit"),
    ),
    Field("service_tier", "Standard is the default", words=SERVICE_TIERS),
    Field(
        "quantity",
        "What is counted; hours for capacity that is charged used or not",
        f"use one of {', '.join(PRICED)}",
        words=tuple(PRICED),
        needs=True,
        unless=("consumption_unit",),
    ),
    Field("context_band", "Without it, every length of the prompt", words=CONTEXT_BANDS),
    Field(
        "context_threshold",
        "With a band: prompt tokens above which the whole request is long",
        "give a number of tokens",
        pattern="[0-9]+",
        is_number=True,
    ),
    Field("variant", "fine-tuned, developer, grader, or quality and size, such as hd 1792x1024"),
    Field("region", "Azure's name, such as swedencentral; without it, everywhere"),
    Field(
        "unit",
        "How much one price covers: 1M Tokens, 1K, 100 Images, 1 Hour",
        "give one such as 1K or 1M",
        pattern=r"[0-9]+[KMB]?([\s/A-Za-z].*)?",
        is_number=True,
        needs=True,
        unless=("consumption_unit",),
    ),
    Field(
        "price",
        "A decimal number; every digit counts, zero is a price",
        "give a number of zero or more",
        pattern=_NUMBER,
        is_number=True,
        needs=True,
        unless=("consumption_units",),
    ),
    Field("consumption_unit", "Name of a publisher's unit"),
    Field(
        "consumption_units",
        "In place of price: how many of these units stand for one unit",
        "give a number of zero or more",
        pattern=_NUMBER,
        is_number=True,
    ),
    Field(
        "currency",
        "ISO 4217 code; one for the whole sheet",
        "give a code such as USD",
        pattern="[A-Za-z]{3}",
        needs=True,
    ),
    Field("price_kind", "Without it, what term, quantity and unit say", words=PRICE_KINDS),
    Field(
        "term",
        "Of a reservation; its price is for the whole term",
        "give one such as 1 Month or 1 Year",
        pattern="[1-9][0-9]? (Month|Year)s?",
    ),
    Field(
        "tier_minimum",
        "How many times the unit the billing month has before the price holds; 0 without it",
        "give a number of zero or more",
        pattern=_NUMBER,
        is_number=True,
    ),
    Field("tiering", "Of rows that differ in tier_minimum; else graduated", words=TIERINGS),
    Field(
        "valid_from",
        "First instant or day (UTC) of the price; needed here or with the import",
        "give a date such as 2026-10-01",
        pattern=_DATE,
        is_number=True,
    ),
    Field(
        "valid_to",
        "First instant or day (UTC) on which it no longer holds; without it, open",
        "give a date such as 2026-10-01",
        pattern=_DATE,
        is_number=True,
    ),
    Field("publisher_type", "Who bills; Azure is Azure's default", words=PUBLISHER_TYPES),
    Field("publisher", "Who sells the model"),
    Field("offer", "The Marketplace offer"),
    Field("service_name", "FOCUS service; else Foundry Models, SaaS or the provider's"),
    Field("product", "Meter sub-category; else the offer, or the sheet's name"),
    Field("meter_name", "One name stands for one model and quantity; else one is made"),
    Field("meter_id", "Else made of product, meter name and region"),
    Field("sku_id", "The seller's SKU"),
    Field("sku_name", "The SKU's name"),
)
"""What a row says: the columns of CSV; in YAML also at the top, for rows that do not say it."""

_BY_NAME = {field.name: field for field in ROW}


def faults(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every field of a row that is missing or has no value of its own: its name, and the fault.

    `given` are the row's values, with the sheet's where it has none; none of them is empty.
    """
    for name, field in _BY_NAME.items():
        if name in given:
            fault = field.fault(given[name])
            if fault:
                yield name, fault
        elif field.needs and not any(other in given for other in field.unless):
            yield name, f"{name} is missing; {field.fix}"
