"""Reports made in the background (app/reports/ports.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from costplane.core.report import ENDED, Report, ReportFile
from costplane.store import tables
from costplane.store.database import Database

_TABLE = tables.report
_JSON = ("visible", "request", "files")


class StoredReports:
    """Reports as a database holds them: a ReportStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, report: Report) -> None:
        """Keep a report."""
        with self._database.writing() as connection:
            connection.execute(insert(_TABLE).values(_row(report)))

    def find(self, report_id: str) -> Report | None:
        """The report with an id."""
        with self._database.reading() as connection:
            found = connection.execute(select(_TABLE).where(_TABLE.c.id == report_id))
            row = found.mappings().one_or_none()
        return None if row is None else _report(row)

    def waiting(self) -> int:
        """How many have not ended."""
        query = select(func.count()).where(_TABLE.c.state.not_in(ENDED))
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def claim(self, now: datetime, until: datetime) -> Report | None:
        """The oldest report that nobody works on, which is the caller's until then."""
        lapsed = and_(_TABLE.c.state == "Running", _TABLE.c.claimed_until <= now)
        free = or_(_TABLE.c.state == "Queued", lapsed)
        query = select(_TABLE).where(free).order_by(_TABLE.c.submitted_at, _TABLE.c.id).limit(1)
        with self._database.writing() as connection:
            row = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
            if row is None:
                return None
            claimed = {"state": "Running", "claimed_until": until}
            connection.execute(update(_TABLE).where(_TABLE.c.id == row["id"]).values(claimed))
        return _report({**row, **claimed})

    def save(self, report: Report, held_until: datetime) -> bool:
        """Replace a report that is the caller's until `held_until`; False if it is no more."""
        mine = and_(_TABLE.c.id == report.id, _TABLE.c.claimed_until == held_until)
        with self._database.writing() as connection:
            done = connection.execute(update(_TABLE).where(mine).values(_row(report)))
        return done.rowcount == 1

    def expired(self, now: datetime) -> list[str]:
        """The ids of those whose time is over."""
        query = select(_TABLE.c.id).where(_TABLE.c.expires_at <= now)
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def remove(self, report_id: str) -> None:
        """Forget a report."""
        with self._database.writing() as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.id == report_id))


def _row(report: Report) -> dict[str, object]:
    facts = asdict(report)
    return facts | {name: json.dumps(facts[name]) for name in _JSON}


def _report(row: Mapping[Any, Any]) -> Report:
    facts = {field.name: row[field.name] for field in fields(Report)}
    facts |= {
        "visible": tuple(json.loads(facts["visible"])),
        "request": json.loads(facts["request"]),
        "files": tuple(ReportFile(**file) for file in json.loads(facts["files"])),
    }
    return Report(**facts)
