"""A page of a query as Azure's QueryResult (contract.md section 1). No web framework here:
the command line prints the same."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costplane.analysis.result import QueryResult
    from costplane.app.queries.queries import QueryPage


def as_page(answer: QueryResult) -> QueryPage:
    """A whole answer as its only page."""
    from costplane.analysis.result import json_rows
    from costplane.app.queries.queries import QueryPage

    unpriced = [asdict(item) | {"quantities": dict(item.quantities)} for item in answer.unpriced]
    return QueryPage(
        columns=answer.columns,
        rows=json_rows(answer.rows),
        total=answer.rows.num_rows,
        unpriced=unpriced,
        datasets=answer.datasets,
        next_token=None,
    )


def query_result(address: str, page: QueryPage, next_link: str | None = None) -> dict[str, object]:
    """`page` of a query at the scope `address` in the members and order of Azure."""
    name = str(uuid.uuid4())
    scope = address.strip("/")
    return {
        "id": f"{scope}/providers/Microsoft.CostManagement/query/{name}".lstrip("/"),
        "name": name,
        "type": "Microsoft.CostManagement/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {
            "nextLink": next_link,
            "columns": [{"name": column.name, "type": column.type} for column in page.columns],
            "rows": page.rows,
            "total": page.total,
            "unpriced": page.unpriced,
            "datasets": page.datasets,
        },
    }
