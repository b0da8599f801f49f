"""A delivery: the files of one bill or export, read whole before anything is written.

What was read lies in a file of its own, so that the second step cannot find a fault any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc

from costplane.bills.bill import BillFile
from costplane.bills.understood import Part, parts_of, united
from costplane.core.relation import Engine
from costplane.core.tables import BILLED
from costplane.errors import InvalidInput, UnreadableFile

LATER = ("x_CoveredFrom", "x_CoveredUntil", "x_RecordedDate", "x_SourceRun")
"""Columns that are known only once the whole delivery was read."""

READ = pa.schema([field for field in BILLED if field.name not in LATER])
"""What is read of a file: the columns of `billed` but for those."""

OnRows = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of a delivery: name, SHA-256, format and version, rows."""

    name: str
    sha256: str
    format: str
    rows: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was read: the files, and what they tell by account, sub-account and billing period."""

    files: tuple[ReadFile, ...]
    parts: tuple[Part, ...]

    @property
    def format(self) -> str:
        """The format and version of its files, which are all of one."""
        return self.files[0].format

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True, slots=True)
class DeliveryReader:
    """Reads deliveries. `given` are texts for columns that the files may lack."""

    engine: Engine
    format: str
    given: Mapping[str, str]

    def read(
        self, paths: Sequence[Path], staged: Path | None = None, on_rows: OnRows | None = None
    ) -> Delivery:
        """Reads all files; their rows go to `staged`. Raises UnreadableFile at the first fault."""
        files: list[ReadFile] = []
        parts: list[Part] = []
        bills = [BillFile(path, format_=self.format, given=self.given) for path in paths]
        _check_alike(bills)
        with _staging(staged) as write:
            for bill in bills:
                digest, count = _digest(bill.path), 0
                for rows in bill.rows(self.engine):
                    parts = united([*parts, *self._parts(parts, rows, bill)])
                    count += len(rows)
                    if write:
                        write(_read_rows(rows, bill, digest))
                    if on_rows:
                        on_rows(len(rows))
                files.append(ReadFile(bill.path.name, digest, bill.header.label, count))
        if not parts:
            raise UnreadableFile(f"{files[0].name}: the bill has no rows", target=files[0].name)
        return Delivery(tuple(files), tuple(parts))

    def _parts(self, known: Sequence[Part], rows: pa.Table, bill: BillFile) -> list[Part]:
        """The parts of some rows. Raises UnreadableFile for a billing account, or profile of one,
        that is billed in two currencies, since it has one (billing-rules 17)."""
        found = parts_of(self.engine, rows)
        currencies = {(part.account, part.profile): part.currency for part in known}
        for part in sorted(found, key=lambda p: p.line):
            before = currencies.setdefault((part.account, part.profile), part.currency)
            if before != part.currency:
                name = bill.path.name
                raise UnreadableFile(
                    f"{name}:{part.line}: BillingCurrency is {part.currency}, but rows of the "
                    f"billing account {part.account} before are in {before}; an account has one",
                    target=f"{name}:{part.line}",
                )
        return found


def _check_alike(bills: Sequence[BillFile]) -> None:
    if not bills:
        raise InvalidInput("there is no file to import", target="files")
    first = bills[0]
    for bill in bills[1:]:
        if bill.header.label != first.header.label:
            raise UnreadableFile(
                f"{bill.path.name}:1: the file is {bill.header.label}, but {first.path.name} is "
                f"{first.header.label}; import each as a delivery of its own",
                target=bill.path.name,
            )


@contextmanager
def _staging(staged: Path | None) -> Iterator[Callable[[pa.Table], None] | None]:
    if staged is None:
        yield None
        return
    options = ipc.IpcWriteOptions(compression="lz4")
    with ipc.new_file(str(staged), READ, options=options) as writer:
        yield writer.write_table


def _read_rows(rows: pa.Table, bill: BillFile, digest: str) -> pa.Table:
    """Rows of a file with what the import says of them."""
    said = {
        "x_Events": pa.scalar(0, pa.int64()),
        "x_SourceDataset": pa.scalar("Billed"),
        "x_SourceDigest": pa.scalar(digest),
        "x_SourceFile": pa.scalar(bill.path.name),
        "x_SourceFormat": pa.scalar(bill.header.label),
    }
    columns = [
        pa.repeat(said[name], len(rows)) if name in said else rows[name] for name in READ.names
    ]
    return pa.table(columns, names=READ.names).cast(READ)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
