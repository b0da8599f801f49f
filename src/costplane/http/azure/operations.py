"""The table of Azure-shaped operations: method, provider, path after the scope, role, scopes.

Names are those of Azure's Python client (operations.md). The GET of `query` is Costplane's:
a nextLink that is simply opened answers too.
"""

from __future__ import annotations

from costplane.http.access import Access
from costplane.http.azure import dimensions, query
from costplane.http.azure.arm import Operation

COST = "Microsoft.CostManagement"
READ = Access("Cost Management Reader", "path")

OPERATIONS: tuple[Operation, ...] = (
    Operation("query.usage", "POST", COST, "query", READ, query.usage),
    Operation("query.next", "GET", COST, "query", READ, query.following_page),
    Operation("dimensions.list", "GET", COST, "dimensions", READ, dimensions.list_dimensions),
)
