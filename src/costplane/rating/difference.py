"""What to append so that the rows that stand come to what was computed (billing-rules 12, 14).

Ledger tables are append-only: a correction is a further row. Rows with equal facts are one group;
a group that is posted but no longer computed is reversed, one that is computed but not posted is
new, and one whose amounts changed gets the difference. A second run finds none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.core.focus import ROLES, Role
from costplane.core.relation import Engine, Relation

_COMPUTED = 1
_POSTED = -1


def difference(engine: Engine, computed: Relation, posted: Relation, schema: pa.Schema) -> pa.Table:
    """The rows that, appended to `posted`, make its groups sum to those of `computed`.

    `schema` is that of `charges` or `uncharged`; both relations have its columns, and may have
    others, which are passed over. The roles of core.focus say what tells groups apart and what
    is summed. A sum without any value stays null. Display names come from `computed`, else from
    what was posted; so do the columns of the posting itself (day, billing period), which the
    caller sets anew. The relations should be ranges of a bounded number of groups, the same on
    both sides.
    """
    relations = {"computed": computed, "posted": posted}
    found = engine.execute(_statement(tuple(schema.names)), relations)
    return found.select(schema.names).cast(schema)


@lru_cache(maxsize=8)
def _statement(names: tuple[str, ...]) -> exp.Query:
    facts, amounts = _of_role(names, "Fact"), _of_role(names, "Amount")
    told = [*_of_role(names, "Label"), *_of_role(names, "Posting")]
    columns = ", ".join(f'"{name}"' for name in names)
    shown = [
        *(f'"{name}"' for name in facts),
        *(f'{_sum(name)} AS "{name}"' for name in amounts),
        *(f'{_newest(name)} AS "{name}"' for name in told),
    ]
    changed = " OR ".join(f"COALESCE({_sum(name)}, 0) <> 0" for name in amounts)
    statement = sqlglot.parse_one(
        f"SELECT {', '.join(shown)} FROM (SELECT {_COMPUTED} AS side, {columns} FROM computed "
        f"UNION ALL SELECT {_POSTED} AS side, {columns} FROM posted) AS line "
        f"GROUP BY {', '.join(shown[: len(facts)])} HAVING {changed}",
        dialect="duckdb",
    )
    assert isinstance(statement, exp.Query)
    return statement


def _of_role(names: Sequence[str], role: Role) -> list[str]:
    return [name for name in names if ROLES.get(name, "Fact") == role]


def _sum(name: str) -> str:
    """What is computed less what is posted; null where neither has a value."""
    value = f'line."{name}"'
    if name == "x_CrossChargeCost":  # rows from before there were markups have none
        value = f'COALESCE({value}, line."EffectiveCost")'
    return f"SUM(CASE WHEN side = {_COMPUTED} THEN {value} ELSE -{value} END)"


def _newest(name: str) -> str:
    """A display name as it is computed, else as it was posted."""
    computed = f'MAX(CASE WHEN side = {_COMPUTED} THEN line."{name}" END)'
    return f'COALESCE({computed}, MAX(line."{name}"))'
