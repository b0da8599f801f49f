"""The rows that an explanation is made of, found in one snapshot.

What a user wrote enters statements as a relation, never as text; numbers and registered
names alone are written into them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from costplane.app.explaining.charge_addresses import RESOURCE, SHARE
from costplane.core.period import Period
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import query, within
from costplane.core.tables import INSTANT
from costplane.rating.charge_address import CapacityAddress, ChargeAddress
from costplane.rating.explain import Slice
from costplane.rating.holder import Facts

Row = Mapping[str, Any]
Identity = tuple[str, str]
"""Source and id of an event."""

_WANTED = pa.schema([("source", pa.string()), ("id", pa.string())])
_SLICES = pa.schema(
    [
        *(("slice", pa.int32()), ("version", pa.int64())),
        *(("over", pa.int64()), ("up_to", pa.int64())),
        *(("since", INSTANT), ("until", INSTANT)),
    ]
)
_PROMPT = "COALESCE(usage.context_tokens, 0)"


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """Reads the tables of a snapshot on an engine."""

    engine: Engine
    tables: Mapping[str, Relation]

    def events(self, identities: Sequence[Identity]) -> list[Row]:
        """The rows of `usage` that have one of these identities."""
        return self._of_identities("usage", identities, "source", "id")

    def evidence(self, identities: Sequence[Identity]) -> list[Row]:
        """The rows of `evidence` that have one of these identities."""
        return self._of_identities("evidence", identities, "source", "id")

    def evidence_for(self, identity: Identity) -> list[Row]:
        """The rows of `evidence` about the call that this event counts for, by time."""
        found = self._of_identities("evidence", [identity], "stands_source", "stands_id")
        return sorted(found, key=lambda row: (row["time"], row["source"], row["id"]))

    def facts(self, series: int) -> Facts:
        """The facts of a series that the ledger has."""
        (row,) = self._rows(f"SELECT * FROM series WHERE series = {series}")
        return row

    def charges(self, address: ChargeAddress) -> list[Row]:
        """The rows of `charges` under an address, in the order of their posting."""
        return self._rows(
            f"SELECT * FROM charges WHERE x_Series = {address.series} "
            f"AND x_TokenType = '{address.quantity}' AND SkuPriceId = '{address.price_id}' "
            f"AND {within('ChargePeriodStart', address.period)} "
            "ORDER BY x_RecordedDate, ChargePeriodStart, Tags, BilledCost"
        )

    def capacity(self, address: CapacityAddress) -> list[Row]:
        """The rows of `charges` of capacity that no caller made, in the order of their posting."""
        wanted = pa.table({"wanted_resource": [address.resource.lower()]})
        return self._rows(
            f"SELECT charges.* FROM charges JOIN wanted ON LOWER({RESOURCE}) = wanted_resource "
            f"WHERE {SHARE} = '{address.share}' AND SkuPriceId = '{address.price_id}' "
            f"AND {within('ChargePeriodStart', address.period)} "
            "ORDER BY x_RecordedDate, ChargePeriodStart, Tags, BilledCost",
            {"wanted": wanted},
        )

    def capacity_of_hour(self, address: ChargeAddress) -> list[Row]:
        """The unit-hours of the deployment that a charge of capacity is a share of, in its hour:
        those of callers, and those of nobody."""
        return self._rows(
            "SELECT x_Series IS NULL AS nobody, SUM(ConsumedQuantity) AS quantity FROM charges "
            "JOIN series ON charges.x_AccountResourceId = series.resource_id "
            "AND LOWER(charges.x_Deployment) = LOWER(series.deployment) "
            f"WHERE series.series = {address.series} AND x_ChargeBasis = 'Capacity' "
            f"AND {within('ChargePeriodStart', address.period)} GROUP BY ALL ORDER BY nobody"
        )

    def addresses(self, series: int, hour: Period) -> set[str]:
        """The addresses of the charges that were posted for a series in an hour."""
        rows = self._rows(
            f"SELECT DISTINCT x_TokenType, SkuPriceId FROM charges WHERE x_Series = {series} "
            f"AND {within('ChargePeriodStart', hour)}"
        )
        return {
            str(ChargeAddress(hour.start, series, row["x_TokenType"], row["SkuPriceId"]))
            for row in rows
        }

    def price_versions(self, address: ChargeAddress) -> list[int]:
        """The price versions with which events of the charge's series and hour were rated."""
        rows = self._rows(
            f"SELECT DISTINCT price_version FROM usage WHERE series = {address.series} "
            f"AND {within('time', address.period)} ORDER BY price_version"
        )
        return [row["price_version"] for row in rows]

    def counts(self, address: ChargeAddress, slices: Sequence[Slice]) -> list[Row]:
        """How many `events` of each slice told which `count`."""
        return self._behind(
            address, slices, 'SELECT slice, "count", COUNT(*) AS events FROM behind GROUP BY ALL'
        )

    def page(
        self, address: ChargeAddress, slices: Sequence[Slice], skip: int, most: int
    ) -> list[Row]:
        """The events of a charge by time, source and id: `most` after `skip` ones."""
        return self._behind(
            address,
            slices,
            f"SELECT * FROM behind ORDER BY time, source, id LIMIT {most} OFFSET {skip}",
        )

    def _behind(self, address: ChargeAddress, slices: Sequence[Slice], statement: str) -> list[Row]:
        events = query(
            "SELECT slice, usage.source, usage.id, usage.time, "
            f'usage."{address.quantity}" AS "count" FROM usage '
            "JOIN slices ON usage.price_version = slices.version "
            "AND usage.time >= slices.since AND usage.time < slices.until "
            f"AND {_PROMPT} > slices.over AND ({_PROMPT} <= slices.up_to OR slices.up_to IS NULL) "
            f"WHERE usage.series = {address.series} AND {within('usage.time', address.period)} "
            f'AND usage."{address.quantity}" IS NOT NULL'
        )
        relations = {"usage": self.tables["usage"], "slices": _table(slices)}
        return self._rows(statement, {"behind": Derived(events, relations)})

    def _of_identities(
        self, table: str, identities: Sequence[Identity], source: str, id_: str
    ) -> list[Row]:
        wanted = pa.table([list(part) for part in zip(*identities, strict=True)], schema=_WANTED)
        return self._rows(
            f"SELECT {table}.* FROM {table} JOIN wanted "
            f"ON {table}.{source} = wanted.source AND {table}.{id_} = wanted.id",
            {"wanted": wanted},
        )

    def _rows(self, statement: str, relations: Mapping[str, Relation] | None = None) -> list[Row]:
        known: dict[str, Relation] = {**self.tables, **(relations or {})}
        found: list[Row] = self.engine.execute(query(statement), known).to_pylist()
        return found


def _table(slices: Sequence[Slice]) -> pa.Table:
    rows = [
        {
            "slice": number,
            "version": part.version,
            "over": part.over,
            "up_to": part.up_to,
            "since": part.rate.period.start,
            "until": part.rate.period.end,
        }
        for number, part in enumerate(slices)
    ]
    return pa.Table.from_pylist(rows, _SLICES)
