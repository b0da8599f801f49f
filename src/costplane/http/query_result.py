"""A page of a query as Azure's QueryResult (contract.md section 1). No web framework here:
the command line prints the same."""

from __future__ import annotations

import uuid

from costplane.app.queries import QueryPage


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
