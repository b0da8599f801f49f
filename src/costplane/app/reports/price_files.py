"""Price sheets as zipped CSV files, in the columns of Azure's price sheet schemas 2023-05-01.

`costplane prices import` takes them back: an exported sheet is a sheet.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from costplane.app.prices import PriceBooks
from costplane.app.reports.price_sheet import SheetLine, price_sheet
from costplane.app.reports.worker import Make
from costplane.catalog.ports import CatalogReader
from costplane.core.period import Period, day_start, next_month, parse_instant
from costplane.core.report import Report, ReportFile
from costplane.core.scope import Scope, parse_scope

PRICE_SHEET = "PriceSheet"

_TERMS = {"1 Month": "P1M", "1 Year": "P1Y", "3 Years": "P3Y", "5 Years": "P5Y"}


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose sheet it is: names for its rows, and the scopes whose prices it pays."""

    account_id: str
    account: str
    profile_id: str
    profile: str
    currency: str
    scopes: tuple[str, ...]

    @property
    def is_customer(self) -> bool:
        """Whether it is a billing profile of a Microsoft Customer Agreement."""
        return bool(self.profile_id)


def payer_of(catalog: CatalogReader, scope: Scope) -> Payer:
    """The billing account or profile at `scope`; of a subscription, the one that pays for it.

    Raises NotFound for a scope that is not known.
    """
    chosen = catalog.select(scope)
    hierarchy = catalog.hierarchy()
    places = hierarchy.places()
    accounts = {account.id: account for account in hierarchy.billing_accounts}
    profiles = {(p.billing_account_id, p.id): p for p in hierarchy.billing_profiles}
    parts = dict(scope.parts)
    account, profile = accounts.get(parts.get("account", "")), None
    if scope.kind == "BillingProfile":
        profile = profiles.get((parts["account"], parts["name"]))
    elif scope.kind != "BillingAccount":
        for subscription in hierarchy.subscriptions:
            if chosen.subscriptions is None or subscription.id in chosen.subscriptions:
                place = places.of(subscription)
                account, profile = place.account, place.profile
    return Payer(
        account_id=account.id if account else "",
        account=account.name if account else "",
        profile_id=profile.id if profile else "",
        profile=profile.name if profile else "",
        currency=profile.currency if profile else account.currency if account else "",
        scopes=tuple(part.scope_id for part in (account, profile) if part is not None),
    )


def price_reports(prices: PriceBooks, catalog: CatalogReader) -> Mapping[str, Make]:
    """Who makes price sheets: one zip with one file, also without rows."""

    def make(report: Report, folder: Path, on_part: Callable[[], None]) -> list[ReportFile]:
        on_part()
        payer = payer_of(catalog, parse_scope(report.scope))
        start = parse_instant(report.request["month"] or "")
        lines = price_sheet(prices, payer.scopes, Period(start, next_month(start)))
        return [_write(folder, payer, lines, f"{start:%Y%m}")]

    return {PRICE_SHEET: make}


def _write(folder: Path, payer: Payer, lines: list[SheetLine], month: str) -> ReportFile:
    columns = _customer if payer.is_customer else _enterprise
    path = folder / f"pricesheet_{month}.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(f"pricesheet_{month}_part_0.csv", "w") as raw,
        io.TextIOWrapper(raw, "utf-8", newline="") as file,
    ):
        out = csv.writer(file)
        out.writerow(dict(columns(payer, None)))
        for line in lines:
            out.writerow(value for _, value in columns(payer, line))
    return ReportFile(path.name, path.stat().st_size, len(lines))


def _enterprise(payer: Payer, line: SheetLine | None) -> Iterator[tuple[str, str]]:
    """The columns of an Enterprise Agreement's sheet; tiers stand in one of their own."""
    row = line.row if line else None
    yield "BasePrice", _price(line, market=True)
    yield "CurrencyCode", row.currency if row else ""
    yield "EffectiveEndDate", _end(row.valid_to) if row else ""
    yield "EffectiveStartDate", _start(row.valid_from) if row else ""
    yield "EnrollmentNumber", payer.account_id
    yield "IncludedQuantity", "0"
    yield "MarketPrice", _price(line, market=True)
    yield from _meter(line, capital=True)
    yield "OfferId", ""
    yield "PartNumber", (row.sku_id or "") if row else ""
    yield "PriceType", _price_type(line)
    yield "Product", row.product if row else ""
    yield "ProductId", ""
    yield "ServiceFamily", "AI + Machine Learning"
    yield "SkuId", (row.sku_id or "") if row else ""
    yield "Term", _TERMS.get(row.term or "", row.term or "") if row else ""
    yield "TierMinimumUnits", _number(row.tier_minimum) if row else ""
    yield "UnitOfMeasure", row.unit_of_measure if row else ""
    yield "UnitPrice", _price(line)


def _customer(payer: Payer, line: SheetLine | None) -> Iterator[tuple[str, str]]:
    """The columns of a Microsoft Customer Agreement's sheet."""
    row = line.row if line else None
    yield "basePrice", _price(line, market=True)
    yield "billingAccountId", payer.account_id
    yield "billingAccountName", payer.account
    yield "billingCurrency", payer.currency
    yield "billingProfileId", payer.profile_id
    yield "billingProfileName", payer.profile
    yield "currency", row.currency if row else ""
    yield "effectiveEndDate", _end(row.valid_to) if row else ""
    yield "effectiveStartDate", _start(row.valid_from) if row else ""
    yield "includedQuantity", "0"
    yield "marketPrice", _price(line, market=True)
    yield from _meter(line, capital=False)
    yield "priceType", _price_type(line)
    yield "product", row.product if row else ""
    yield "productId", ""
    yield "productOrderName", "Azure plan"
    yield "serviceFamily", "AI + Machine Learning"
    yield "skuId", (row.sku_id or "") if row else ""
    yield "term", _TERMS.get(row.term or "", row.term or "") if row else ""
    yield "tierMinimumUnits", _number(row.tier_minimum) if row else ""
    yield "unitOfMeasure", row.unit_of_measure if row else ""
    yield "unitPrice", _price(line)


def _meter(line: SheetLine | None, *, capital: bool) -> Iterator[tuple[str, str]]:
    row = line.row if line else None
    told = {
        "meterCategory": row.category if row else "",
        "meterId": row.meter_id if row else "",
        "meterName": row.meter_name if row else "",
        "meterSubCategory": row.sub_category if row else "",
        "meterRegion": (row.region or "") if row else "",
        "meterType": row.unit_of_measure if row else "",
    }
    for name, value in told.items():
        yield (name[:1].upper() + name[1:] if capital else name), value


def _price_type(line: SheetLine | None) -> str:
    if line is None:
        return ""
    return "Reservation" if line.row.kind == "reservation" else "Consumption"


def _price(line: SheetLine | None, *, market: bool = False) -> str:
    row = (line.market if market else line.row) if line else None
    return _number(row.price) if row else ""


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _start(value: datetime) -> str:
    """A day, or an instant where a price begins within one."""
    form = "%m/%d/%Y" if value == day_start(value) else "%Y-%m-%dT%H:%M:%SZ"
    return f"{value:{form}}"


def _end(value: datetime | None) -> str:
    """The last day; none while a price has no end."""
    return f"{value - timedelta(microseconds=1):%m/%d/%Y}" if value else ""
