"""Numbers for sets of facts: the table `series`, read once and added to by the writer."""

from __future__ import annotations

import pyarrow as pa

from costplane.core.relation import Engine
from costplane.core.sql import query
from costplane.core.tables import SERIES, SERIES_FACTS
from costplane.ledger.delta import SEGMENT, Ledger
from costplane.rating.holder import Facts

_COLUMNS = ", ".join(f'"{fact}"' for fact in SERIES_FACTS)


_ALL = query("SELECT * FROM series ORDER BY series")
_DISTINCT = query(f"SELECT DISTINCT {_COLUMNS} FROM events ORDER BY ALL")
_MATCH = " AND ".join(f'known."{f}" IS NOT DISTINCT FROM events."{f}"' for f in SERIES_FACTS)
_NUMBERED = query(
    f"SELECT events.row AS row, known.series AS series FROM events JOIN known ON {_MATCH} "
    "ORDER BY events.row"
)


class SeriesNumbers:
    """The known series. Only the writer adds; each number stands for the same facts for ever."""

    def __init__(self, ledger: Ledger, engine: Engine) -> None:
        self._ledger = ledger
        self._engine = engine
        self._known: pa.Table | None = None

    def facts(self) -> dict[int, Facts]:
        """The facts of every series."""
        return {row["series"]: row for row in self._table().to_pylist()}

    def number(self, events: pa.Table, segment: int) -> pa.Array:
        """The series of each row of `events`; unseen ones are committed first, with `segment`."""
        self._add_unseen(events, segment)
        facts = events.select(SERIES_FACTS).append_column("row", pa.array(range(len(events))))
        found = self._engine.execute(_NUMBERED, {"events": facts, "known": self._table()})
        return found["series"].combine_chunks()

    def forget(self) -> None:
        """Reads the table again at the next use: another process may have added to it."""
        self._known = None

    def _table(self) -> pa.Table:
        if self._known is None:
            relation = self._ledger.snapshot().relation("series")
            self._known = self._engine.execute(_ALL, {"series": relation}).cast(SERIES)
        return self._known

    def _add_unseen(self, events: pa.Table, segment: int) -> None:
        known = {_key(row) for row in self._table().to_pylist()}
        present = self._engine.execute(_DISTINCT, {"events": events.select(SERIES_FACTS)})
        unseen = [row for row in present.to_pylist() if _key(row) not in known]
        if not unseen:
            return
        first = len(known) + 1
        rows = [{"series": first + n, **facts} for n, facts in enumerate(unseen)]
        self._ledger.append(
            "series", pa.Table.from_pylist(rows, SERIES), app=SEGMENT, version=segment
        )
        self.forget()


def _key(row: Facts) -> tuple[str | None, ...]:
    return tuple(row[fact] for fact in SERIES_FACTS)
