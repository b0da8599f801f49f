"""Price sheets that Azure exports for an agreement: Enterprise (EA) and Microsoft Customer (MCA).

CSV, as downloaded from the portal or by the Price Sheet API. The two have nearly the same
columns under different names, and their spelling varies ("Meter ID", "meterId", "MeterID"), so
columns are known by their letters and digits alone. Fields: Microsoft Learn, "Enterprise
Agreement price sheet schema" and "Microsoft Customer Agreement price sheet schema" 2023-05-01.

UnitPrice is the customer's price. IncludedQuantity, in units of measure, costs nothing in each
month: a tier below it, at zero. A sheet lists every Azure service, in hundreds of thousands of
rows: those of other services are left out, and prices that no call gets (Dev/Test offers, savings
plans) are kept, but price nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import chain, islice

from costplane.errors import InvalidPriceSheet
from costplane.pricing.azure_regions import region_of
from costplane.pricing.importers.csv_rows import Line, csv_lines, require_once, rows_below
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError
from costplane.pricing.meter_names.models import family_of

_COLUMNS: dict[str, tuple[str, ...]] = {
    "meter_id": ("meterid",),
    "meter_name": ("metername",),
    "category": ("metercategory", "servicename"),
    "sub_category": ("metersubcategory",),
    "product": ("product", "productname"),
    "region": ("meterregion",),
    "unit": ("unitofmeasure", "unit"),
    "price": ("unitprice",),
    "currency": ("currencycode", "currency"),
    "valid_from": ("effectivestartdate",),
    "valid_to": ("effectiveenddate",),
    "tier_minimum": ("tierminimumunits",),
    "included": ("includedquantity",),
    "price_type": ("pricetype",),
    "term": ("term",),
    "offer": ("offerid", "productordername"),
    "sku_id": ("skuid", "partnumber"),
    "account": ("enrollmentnumber", "billingaccountid"),
    "profile": ("billingprofileid",),
}
"""What a row tells, and the columns that tell it, the first that is there."""

_NEEDED = frozenset({"meter_name", "price", "unit"})
_OF_USAGE = frozenset({"quantity", "cost", "costinbillingcurrency", "usagedate", "date"})
"""Columns of bills, which repeat meters and unit prices but are no price sheets."""

_HEADER_WITHIN = 20  # the portal may write some lines about the sheet before its header

_SERVICES = frozenset({"cognitive services", "foundry models", "azure openai", "foundry tools"})
"""Meter categories of AI services; another category's meter is one if its product is known."""

_TERMS = {"P1M": "1 Month", "P1Y": "1 Year", "P3Y": "3 Years", "P5Y": "5 Years"}
_NO_TERM = frozenset({"", "none", "n/a"})
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?", re.ASCII)
_DEV_TEST = re.compile(r"dev\s*/?\s*test|0148p", re.IGNORECASE)
_ACCOUNT_ID = re.compile(r"(?:.*/billingaccounts/)?([^/]+)(?:/.*)?", re.IGNORECASE)
_PROFILE_ID = re.compile(r"(?:.*/billingprofiles/)?([^/]+)(?:/.*)?", re.IGNORECASE)

Row = dict[str, str]


def read_csv(text: str) -> DraftSheet | None:
    """A price sheet of an agreement; None for another text.

    Its name and scope follow from the billing account and profile that it names, if it does.
    """
    if not _looks_like(text):
        return None
    lines = csv_lines(text)
    header = _header(lines)
    if header is None:
        return None
    rows = rows_below(header, lines)
    taken = list(islice(rows, 1))
    whose = _whose(taken)
    drafts = _drafts(chain(taken, rows), whose)
    account, profile = whose
    name = "-".join(("azure-price-sheet", *filter(None, (account, profile)))).lower()
    return DraftSheet(name if account else None, "customer", _scope(account, profile), drafts)


def _scope(account: str, profile: str) -> str | None:
    """Who pays the prices: the billing profile of a Customer Agreement, else the account."""
    if not account:
        return None
    level = f"/billingprofiles/{profile}" if profile else ""
    return f"/providers/microsoft.billing/billingaccounts/{account}{level}".lower()


def _looks_like(text: str) -> bool:
    """Whether the first lines have the column that no other price list has."""
    return any("unitprice" in _letters(line) for line in text.split("\n", _HEADER_WITHIN)[:-1])


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _header(lines: Iterator[Line]) -> list[str] | None:
    """The columns in their order: those that are known under the names of `_COLUMNS`."""
    for _, cells in islice(lines, _HEADER_WITHIN):
        names = [_letters(cell) for cell in cells]
        found = {
            next(spelled for spelled in spellings if spelled in names): field
            for field, spellings in _COLUMNS.items()
            if any(spelled in names for spelled in spellings)
        }
        if _NEEDED.issubset(found.values()) and not _OF_USAGE.intersection(names):
            require_once(found, names)
            return [found.get(name, f"?{name}") for name in names]
    return None


def _whose(rows: Sequence[tuple[int, Row] | RowError]) -> tuple[str, str]:
    """Billing account and profile of the first row."""
    first = rows[0] if rows else None
    return _payer(first[1]) if isinstance(first, tuple) else ("", "")


def _payer(row: Row) -> tuple[str, str]:
    """Billing account and profile, without what stands around their ids."""
    account = _ACCOUNT_ID.fullmatch(row.get("account", ""))
    profile = _PROFILE_ID.fullmatch(row.get("profile", ""))
    return account[1] if account else "", profile[1] if profile else ""


def _drafts(
    rows: Iterable[tuple[int, Row] | RowError], whose: tuple[str, str]
) -> Iterator[Draft | RowError]:
    for row in rows:
        yield from [row] if isinstance(row, RowError) else _checked(*row, whose)


def _checked(line: int, row: Row, whose: tuple[str, str]) -> Iterator[Draft | RowError]:
    if _payer(row) != whose:
        yield RowError(
            line,
            "account",
            f"the row is of {'/'.join(_payer(row))}, the first of {'/'.join(whose)}; a sheet "
            "is of one billing account and profile",
        )
        return
    try:
        yield from _with_included(_draft(line, row), row.get("included", ""))
    except InvalidPriceSheet as error:
        yield RowError(line, error.target or "row", error.message)


def _with_included(draft: Draft, included: str) -> Iterator[Draft]:
    """The first tier of a meter begins after the quantity that is included, which costs nothing."""
    if draft.of_other_service or draft.term or not _quantity(included):
        yield draft
    elif _quantity(draft.tier_minimum):
        yield draft  # a tier above the first: what is included lies below it
    else:
        yield replace(draft, price="0")
        yield replace(draft, tier_minimum=included)


def _quantity(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        raise InvalidPriceSheet(
            f"included_quantity is {text!r}, which is no number", target="included_quantity"
        ) from None


def _draft(line: int, row: Row) -> Draft:
    told = row.get
    category, product = told("category", ""), _product(row)
    if category.lower() not in _SERVICES and family_of(product) is None:
        return Draft(line, product, "", "", None, "", "", of_other_service=True)
    apart, reason = _apart(row)
    return Draft(
        line=line,
        product=f"{product} ({apart})" if apart else product,
        meter_name=told("meter_name", "") or product,
        unit_of_measure=told("unit", ""),
        price=told("price") or None,
        currency=told("currency", ""),
        valid_from=_date("valid_from", told("valid_from", "")),
        valid_to=_end(told("valid_to", "")),
        meter_id=told("meter_id", "").lower(),
        region=region_of(told("region", "")) or "",
        tier_minimum=told("tier_minimum") or "0",
        service_name=category,
        sku_id=told("sku_id", ""),
        publisher="Microsoft",
        offer=told("offer", ""),
        term=_reserved_for(row),
        unplaced=reason,
    )


def _product(row: Row) -> str:
    """Meter names are parsed by the product's words, which Azure writes as the sub-category."""
    names: Sequence[str] = (row.get("sub_category", ""), row.get("product", ""))
    known = [name for name in names if family_of(name)]
    return next(iter((*known, *filter(None, names))), "") or row.get("category", "")


def _apart(row: Row) -> tuple[str, str]:
    """What sets a price apart from what calls get, in a word; and the reason why it prices none.

    The word goes into the product, because a meter stands in a sheet once for each of these.
    """
    kind = _price_type(row)
    if kind == "savingsplan":
        term = row.get("term", "")
        return f"savings plan {term}".strip(), "SavingsPlan: the price under a savings plan"
    if _DEV_TEST.search(row.get("offer", "")) or kind.startswith("devtest"):
        return "Dev/Test", "OtherOffer: the price of subscriptions for development and test"
    return "", ""


def _price_type(row: Row) -> str:
    return re.sub(r"[^a-z]", "", row.get("price_type", "").lower())


def _reserved_for(row: Row) -> str:
    """The term of a reservation, in the words of the retail list ("1 Year")."""
    kind, term = _price_type(row), row.get("term", "")
    if kind in ("reservation", "reservedinstance"):
        return _TERMS.get(term.upper(), term) or "unknown"
    listed = kind == "" and term.lower() not in _NO_TERM
    return _TERMS.get(term.upper(), term) if listed else ""


def _date(field: str, text: str) -> str:
    """ISO 8601 of Azure's dates, which are month/day/year where they are not ISO already."""
    match = _US_DATE.fullmatch(text)
    if match is None:
        return text
    try:
        return f"{datetime(int(match[3]), int(match[1]), int(match[2])):%Y-%m-%d}"  # noqa: DTZ001
    except ValueError as error:
        raise InvalidPriceSheet(
            f"{field} is {text!r}; Azure writes month/day/year", target=field
        ) from error


def _end(text: str) -> str:
    """The last day counts: a day without a time ends with its last minute."""
    day = _date("valid_to", text)
    bare = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:T00:00(?::00(?:\.0+)?)?Z?)?", day)
    return f"{bare[1]}T23:59:00Z" if bare else day
