"""A ledger of thirteen months of charges, written straight into its Delta tables.

A series is a deployment of a team; each has a charge an hour for input, cached input and output,
so that one hundred times as many charges is an organisation with one hundred times the
deployments. The same size is the same ledger.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, ResourceGroup, Subscription
from costplane.core.period import HOUR, month_start, next_month
from costplane.core.tables import TABLES

START = datetime(2025, 10, 1, tzinfo=UTC)
MONTHS = 13
HOURS = 396 * 24
SMALL = 1_500_000
ACCOUNT = "7000001"
GROUPS = 12
TEAMS = 40
SUBSCRIPTIONS = 4
KINDS = (("input_text", 12, 1, 1), ("input_text_cached", 5, 1, 10), ("output_text", 3, 4, 1))
"""Token types, how many of them a call has, and what one costs of the model's price."""

PER_SERIES = HOURS * len(KINDS)
_MODELS = (
    ("gpt-4.1", "2025-04-14", 2_000_000),
    ("gpt-4.1-mini", "2025-04-14", 400_000),
    ("gpt-4o", "2024-11-20", 2_500_000),
    ("gpt-5.1", "2025-11-13", 1_250_000),
    ("gpt-5.4-mini", "2026-03-17", 750_000),
    ("o4-mini", "2025-04-16", 1_100_000),
    ("claude-sonnet-4-5", "2025-09-29", 3_000_000),
)
"""Models with the price of a million tokens of input, in millionths of the currency."""

_ROWS_A_FILE = 2_000_000
_ROW_GROUP = 122_880
_UNCHARGED_ONE_IN = 100


def subscription_id(number: int) -> str:
    """The id of one of the subscriptions."""
    return f"d3a0c057-0000-4000-8000-00000000000{number}"


def month(number: int) -> datetime:
    """The first instant of a month of the ledger."""
    found = START
    for _ in range(number):
        found = next_month(found)
    return found


def write_ledger(data: Path, charges: int) -> int:
    """Makes a data folder with about `charges` charges, and says how many; one that is there
    stays."""
    series = max(1, round(charges / PER_SERIES))
    if not (data / "made").exists():
        workspace = Workspace.open(data)
        _put_catalog(workspace)
        workspace.ledger.snapshot()
        workspace.close()
        lines = [_line(number, kind) for number in range(series) for kind in KINDS]
        _write(data / "tables", "charges", lines)
        _write(data / "tables", "uncharged", lines[::_UNCHARGED_ONE_IN])
        (data / "made").touch()
    return series * PER_SERIES


def _put_catalog(workspace: Workspace) -> None:
    catalog = workspace.catalog
    catalog.put_billing_account(BillingAccount(ACCOUNT, "Measured", "EnterpriseAgreement", "USD"))
    subscriptions = (
        Subscription(subscription_id(n), f"sub-{n}", billing_account_id=ACCOUNT)
        for n in range(SUBSCRIPTIONS)
    )
    catalog.put_subscription(*subscriptions)
    groups = (ResourceGroup(subscription_id(n % SUBSCRIPTIONS), f"rg-{n}") for n in range(GROUPS))
    catalog.put_resource_group(*groups)


def _line(number: int, kind: tuple[str, int, int, int]) -> dict[str, Any]:
    """What every hour's row of a series and token type has; `each` is the price of a token in
    units of the twelfth place, `tokens` how many there are at least."""
    model, version, price = _MODELS[number % len(_MODELS)]
    name, tokens, times, over = kind
    group = f"rg-{number % GROUPS}"
    subscription = number % GROUPS % SUBSCRIPTIONS
    account = f"aoai-{number // 20}-{number % 3}"
    resource = (
        f"/subscriptions/{subscription_id(subscription)}/resourcegroups/{group}"
        f"/providers/microsoft.cognitiveservices/accounts/{account}"
    )
    is_market = model.startswith("claude")
    environment = ("prod", "test", "dev")[number % 3]
    return _SAME | {
        "tokens": tokens,
        "each": price * times // over,
        "ChargeDescription": f"{model} {name}",
        "ResourceId": resource,
        "ResourceName": account,
        "ServiceName": "SaaS" if is_market else "Foundry Models",
        "SkuId": f"{model}/{name}",
        "SkuMeter": f"{model} {name} Tokens",
        "SkuPriceId": f"{model}/{name}/1",
        "SubAccountId": subscription_id(subscription),
        "SubAccountName": f"sub-{subscription}",
        "Tags": f'{{"costcenter":"cc-{number % 15}","environment":"{environment}",'
        f'"team":"team-{number % TEAMS}"}}',
        "x_AccountResourceId": resource,
        "x_Deployment": f"deployment-{number}",
        "x_Model": model,
        "x_ModelVersion": version,
        "x_PublisherType": "Marketplace" if is_market else "Azure",
        "x_ResourceGroupName": group,
        "x_Series": number + 1,
        "x_SkuMeterCategory": "SaaS" if is_market else "Foundry Models",
        "x_SkuMeterId": f"meter-{model}-{name}",
        "x_TokenType": name,
        "x_BillingStatus": "Unpriced" if number % 50 == 0 else "NotBilled",
        "x_StatusReason": "NoPrice" if number % 50 == 0 else "HttpStatus429",
    }


_SAME: dict[str, Any] = {
    "BillingAccountId": ACCOUNT,
    "BillingAccountName": "Measured",
    "BillingAccountType": "Billing Account",
    "BillingCurrency": "USD",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "ConsumedUnit": "Tokens",
    "HostProviderName": "Microsoft",
    "InvoiceIssuerName": "Microsoft",
    "PricingCategory": "Standard",
    "PricingCurrency": "USD",
    "PricingUnit": "1M Tokens",
    "RegionId": "swedencentral",
    "RegionName": "Sweden Central",
    "ResourceType": "microsoft.cognitiveservices/accounts",
    "ServiceCategory": "AI and Machine Learning",
    "ServiceProviderName": "Microsoft",
    "ServiceSubcategory": "Generative AI",
    "SubAccountType": "Subscription",
    "x_DeploymentType": "GlobalStandard",
    "x_ListCostSource": "List",
    "x_Operation": "chat",
    "x_Provider": "azure.ai.openai",
    "x_ServiceFamily": "AI + Machine Learning",
    "x_ServiceTier": "Standard",
    "x_SkuMeterSubcategory": "Azure OpenAI",
    "x_SkuUnitOfMeasure": "1M",
    "x_SourceDataset": "Metered",
}


def _write(tables: Path, name: str, lines: list[dict[str, Any]]) -> None:
    """Files of whole hours, added to the table in one commit."""
    writing = _Hours(TABLES[name], pa.Table.from_pylist(lines))
    hours = max(1, _ROWS_A_FILE // len(lines))
    actions: list[AddAction | RemoveAction] = []
    for first in range(0, HOURS, hours):
        path = tables / name / f"part-{first:05}.parquet"
        writing.write(path, range(first, min(first + hours, HOURS)))
        size, now = path.stat().st_size, int(time.time() * 1000)
        actions.append(AddAction(path.name, size, {}, now, True, "{}"))
    table = DeltaTable(tables / name)
    table.create_write_transaction(actions, "append", table.schema())


@dataclass(frozen=True, slots=True)
class _Hours:
    """Writes the rows of hours: every line once an hour."""

    schema: pa.Schema
    lines: pa.Table

    def write(self, path: Path, hours: range) -> None:
        """One file; the words of a column are written once, then numbers of them."""
        count = len(hours) * len(self.lines)
        amounts = self._amounts(count, hours)
        columns = [
            amounts.get(field.name) or self._times(field, hours) or self._words(field, hours)
            for field in self.schema
        ]
        table = pa.table(columns, names=self.schema.names)
        pq.write_table(
            table, path, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP
        )

    def _amounts(self, count: int, hours: range) -> dict[str, pa.Array]:
        drawn = pc.cast(
            pc.multiply(pc.random(count, initializer=hours.start), 1000.0), "int64", safe=False
        )
        tokens = pc.add(pc.multiply(drawn, self._every("tokens", hours)), 1)
        cost = _decimal(pc.multiply(tokens, self._every("each", hours)))
        costs = dict.fromkeys(_COSTS, cost)
        return costs | {
            "x_Events": pc.add(drawn, 1),
            "ConsumedQuantity": pc.cast(tokens, pa.decimal128(38, 12)),
            "PricingQuantity": _decimal(pc.multiply(tokens, 1_000_000)),
        }

    def _every(self, name: str, hours: range) -> pa.Array:
        column = self.lines[name].combine_chunks()
        return pa.concat_arrays([column] * len(hours))

    def _times(self, field: pa.Field, hours: range) -> pa.Array | None:
        if field.name not in _TIMES:
            return None
        at, size = _TIMES[field.name], len(self.lines)
        instants = [at(START + HOUR * hour) for hour in hours]
        return pa.concat_arrays([pa.repeat(pa.scalar(i, field.type), size) for i in instants])

    def _words(self, field: pa.Field, hours: range) -> pa.Array:
        count = len(hours) * len(self.lines)
        if field.name not in self.lines.column_names:
            return pa.nulls(count, field.type)
        if not pa.types.is_string(field.type):
            return self._every(field.name, hours)
        words = self.lines[field.name].combine_chunks().dictionary_encode()
        numbers = pa.concat_arrays([words.indices] * len(hours))
        return pa.DictionaryArray.from_arrays(numbers, words.dictionary)


_COSTS = (
    "BilledCost",
    "EffectiveCost",
    "ContractedCost",
    "ListCost",
    "PricingCurrencyEffectiveCost",
    "x_BilledCostInUsd",
    "x_EffectiveCostInUsd",
    "x_CrossChargeCost",
)
_TIMES: dict[str, Callable[[datetime], Any]] = {
    "ChargePeriodStart": lambda hour: hour,
    "ChargePeriodEnd": lambda hour: hour + HOUR,
    "BillingPeriodStart": month_start,
    "BillingPeriodEnd": next_month,
    "x_RecordedDate": lambda hour: hour.date(),
}


def _decimal(units: pa.Array) -> pa.Array:
    """Whole numbers of units of the twelfth place as amounts."""
    whole = pc.cast(units, pa.decimal128(38, 0))
    return pa.Array.from_buffers(pa.decimal128(38, 12), len(whole), whole.buffers())
