"""Providers' bills into the ledger: understood first, then committed whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from costplane.app.bills.delivery import Delivery, DeliveryReader, OnRows
from costplane.app.bills.restating import Cover, covers, restated
from costplane.app.bills.sub_accounts import unknown_sub_accounts
from costplane.app.ports import Settings
from costplane.bills.manifest import files_of
from costplane.bills.understood import Place
from costplane.catalog.ports import CatalogWriter
from costplane.core.relation import Engine
from costplane.core.settings import BILL_SETTLING_DAYS, INVOICE_CLOSE_DAYS
from costplane.core.sql import select
from costplane.core.tables import BILLED
from costplane.ledger.delta import Ledger

APP = "bills"
"""The writer of bills in the transactions of the table; its numbers are the runs."""


@dataclass(frozen=True, slots=True)
class BillOptions:
    """How a delivery is read. `account` and `currency` stand where the files tell none; `final`
    says that nothing will be restated any more, so that all of its days answer."""

    format: str = "auto"
    account: str | None = None
    currency: str | None = None
    final: bool = False

    @property
    def given(self) -> Mapping[str, str]:
        """Texts for columns that files may lack."""
        told = {"BillingAccountId": self.account, "BillingCurrency": self.currency}
        return {name: text for name, text in told.items() if text}


@dataclass(frozen=True, slots=True)
class BillImport:
    """What an import came to, or would come to.

    `run` is its number, None of a preview and of a delivery that is there already (`known`).
    `replaced` counts the rows that it takes the place of; `covers` are the days of each account's
    billing periods for which the bill answers from then on.
    """

    delivery: Delivery
    covers: Mapping[Place, Cover]
    replaced: int
    run: int | None = None
    known: bool = False

    def words(self) -> str:
        """What was done, in words."""
        files = ", ".join(file.name for file in self.delivery.files)
        return f"run {self.run}: {files}, {self.delivery.rows} rows in place of {self.replaced}"


@dataclass(frozen=True, slots=True)
class BillImports:
    """The use cases of bills. Taking one is for the ledger's one writer."""

    ledger: Ledger
    engine: Engine
    catalog: CatalogWriter
    settings: Settings
    data: Path
    now: Callable[[], datetime]

    def preview(
        self, paths: Sequence[Path], options: BillOptions, on_rows: OnRows | None = None
    ) -> BillImport:
        """What importing the files as one delivery would do; nothing is written. Raises
        UnreadableFile for the first fault in any of them."""
        return self._understood(self._reader(options).read(files_of(paths), None, on_rows), options)

    def take(
        self, paths: Sequence[Path], options: BillOptions, on_rows: OnRows | None = None
    ) -> BillImport:
        """Imports the files as one delivery, in place of what it restates: all or nothing."""
        with self._staging_folder() as folder:
            staged = folder / "rows.arrow"
            done = self._understood(
                self._reader(options).read(files_of(paths), staged, on_rows), options
            )
            if done.known:
                return done
            run = max(0, self.ledger.committed("billed", APP)) + 1
            rows = pa.RecordBatchReader.from_batches(BILLED, self._rows(staged, done, run))
            chosen = restated(done.delivery.parts)
            self.ledger.restate("billed", rows, chosen, app=APP, version=run)
        self.catalog.put_subscription(*unknown_sub_accounts(self.catalog, done.delivery.parts))
        return BillImport(done.delivery, done.covers, done.replaced, run)

    def _reader(self, options: BillOptions) -> DeliveryReader:
        return DeliveryReader(self.engine, options.format, options.given)

    def _understood(self, delivery: Delivery, options: BillOptions) -> BillImport:
        found = covers(
            delivery.parts,
            self.now(),
            close_days=self.settings.get(INVOICE_CLOSE_DAYS),
            settling_days=self.settings.get(BILL_SETTLING_DAYS),
            final=options.final,
        )
        standing = self._standing(delivery)
        replaced = sum(rows for _, _, rows in standing)
        known = self._same(delivery, found, standing)
        return BillImport(delivery, found, replaced, known=known)

    def _standing(self, delivery: Delivery) -> list[tuple[str, Cover | None, int]]:
        """What stands in the place of a delivery: rows by digest of their file and days."""
        statement = select(
            "SELECT x_SourceDigest AS digest, x_CoveredFrom AS since, x_CoveredUntil AS until, "
            "COUNT(*) AS rows FROM billed GROUP BY ALL"
        ).where(restated(delivery.parts))
        relations = {"billed": self.ledger.snapshot().relation("billed")}
        return [
            (
                row["digest"],
                Cover(row["since"], row["until"]) if row["since"] else None,
                row["rows"],
            )
            for row in self.engine.execute(statement, relations).to_pylist()
        ]

    def _same(
        self,
        delivery: Delivery,
        found: Mapping[Place, Cover],
        standing: Sequence[tuple[str, Cover | None, int]],
    ) -> bool:
        """Whether the very rows of a delivery stand there already, and answer for the same days."""
        counts: dict[str, int] = {}
        for digest, _, rows in standing:
            counts[digest] = counts.get(digest, 0) + rows
        answers = {cover for _, cover, _ in standing if cover}
        same = counts == {file.sha256: file.rows for file in delivery.files}
        return same and answers == set(found.values())

    def _rows(self, staged: Path, done: BillImport, run: int) -> Iterator[pa.RecordBatch]:
        """The rows as they were read, with what is known only now."""
        places = pa.array([_place(account, start) for account, start in done.covers], pa.string())
        since = pa.array([cover.since for cover in done.covers.values()], pa.date32())
        until = pa.array([cover.until for cover in done.covers.values()], pa.date32())
        today = pa.scalar(self.now().date(), pa.date32())
        with pa.memory_map(str(staged)) as source, ipc.open_file(source) as file:
            for number in range(file.num_record_batches):
                batch = file.get_batch(number)
                place = pc.index_in(_places(batch), value_set=places)
                said = {
                    "x_CoveredFrom": since.take(place),
                    "x_CoveredUntil": until.take(place),
                    "x_RecordedDate": pa.repeat(today, len(batch)),
                    "x_SourceRun": pa.repeat(pa.scalar(run, pa.int64()), len(batch)),
                }
                arrays = [said[n] if n in said else batch[n] for n in BILLED.names]
                yield pa.RecordBatch.from_arrays(arrays, schema=BILLED)

    @contextmanager
    def _staging_folder(self) -> Iterator[Path]:
        self.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="import-", dir=self.data) as folder:
            yield Path(folder)


def _place(account: str, start: datetime) -> str:
    return f"{account} {int(start.timestamp()) * 1_000_000}"


def _places(batch: pa.RecordBatch) -> pa.Array:
    """The account and billing period of each row, as `_place` has them."""
    start = batch["BillingPeriodStart"].cast(pa.int64()).cast(pa.string())
    return pc.binary_join_element_wise(batch["BillingAccountId"], start, " ")
