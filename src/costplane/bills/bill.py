"""A bill's file: told by its columns, read as rows of the ledger, refused whole for any fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from costplane.bills.csv_text import CsvText
from costplane.bills.header import Header, header_of
from costplane.bills.mapping import FAULT, BillMapping
from costplane.bills.parquet_text import ParquetText
from costplane.bills.text import LINE, TextFile, column
from costplane.core.relation import Engine
from costplane.errors import UnreadableFile

_PARQUET = b"PAR1"
_OPTIONS = {"BillingAccountId": "--account", "BillingCurrency": "--currency"}


class BillFile:
    """One file of a bill. `given` are texts for columns that it may lack, such as its currency.

    It may be read several times; nothing but a part of it is in memory.
    """

    def __init__(
        self, path: Path, *, format_: str = "auto", given: Mapping[str, str] | None = None
    ) -> None:
        """Raises UnreadableFile for a file that is no bill, InvalidInput for no known format."""
        self.path = path
        self._text = _text_of(path)
        self.header: Header = header_of(self._text.names, path.name, format_)
        self._mapping = BillMapping(self.header, given or {})
        lacking = self._mapping.lacking()
        if lacking:
            option = _OPTIONS.get(lacking[0])
            fix = f"; tell it with {option}" if option else ""
            self._refuse(1, f"there is no column {lacking[0]}{fix}")

    def rows(self, engine: Engine) -> Iterator[pa.Table]:
        """Its rows, some at a time, with the columns of `bills.mapping`. Raises UnreadableFile with
        file, line and column at the first that is broken."""
        statement = self._mapping.statement()
        for texts in self._text.batches():
            rows = engine.execute(statement, {"rows": texts})
            faults = rows.filter(pc.is_valid(rows[FAULT]))
            if len(faults):
                first = faults.sort_by("x_SourceLine").slice(0, 1).to_pylist()[0]
                self._refuse_row(texts, first["x_SourceLine"], first[FAULT])
            yield rows.drop_columns([FAULT]).sort_by("x_SourceLine")

    def _refuse_row(self, texts: pa.Table, line: int, target: str) -> NoReturn:
        cells = texts.filter(pc.equal(texts[LINE], line)).to_pylist()[0]
        told = [cells[column(place)] or "" for place in range(len(self.header.names))]
        if [cell.strip().lower() for cell in told] == [n.lower() for n in self.header.names]:
            self._refuse(line, "the header stands here again: two files, or two versions, in one")
        sources = self._mapping.sources(target)
        place = next((p for p in sources if told[p].strip()), sources[0] if sources else 0)
        name, cell = self.header.names[place], told[place].strip()
        if not cell:
            self._refuse(line, f"{name} is missing", place)
        self._refuse(line, f"{name} is '{cell[:60]}', which is no {_kind(target)}", place)

    def _refuse(self, line: int, told: str, place: int | None = None) -> NoReturn:
        where = f"{self.path.name}:{line}" + ("" if place is None else f":{place + 1}")
        raise UnreadableFile(f"{where}: {told}", target=where)


def _text_of(path: Path) -> TextFile:
    with path.open("rb") as file:
        parquet = file.read(4) == _PARQUET
    return ParquetText(path) if parquet else CsvText(path)


def _kind(target: str) -> str:
    return "date" if target.endswith(("Start", "End", "Date")) else "number"
