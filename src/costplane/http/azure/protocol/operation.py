"""Azure Resource Manager's way of addressing: a scope, a provider, an operation.

contract.md section 0: `/{scope}/providers/{provider}/{path}?api-version=...`, all of it without
regard to case. An `Operation` is a row of the table in operations.py; routes.py serves them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from costplane.access.roles import READER
from costplane.core.period import Period, next_month
from costplane.core.scope import BENEFITS, Scope, ScopeKind
from costplane.errors import InvalidInput
from costplane.http.access import Access, Principal, looker
from costplane.http.answers import parse_object
from costplane.http.ranges import EARLIEST, LATEST
from costplane.http.services import Services

BODY_LIMIT = 1_048_576
"""Bytes of a body at most, unless an operation says otherwise."""

COST = "Microsoft.CostManagement"
CONSUMPTION = "Microsoft.Consumption"

TENANT: frozenset[ScopeKind] = frozenset({"All"})
"""Operations without a scope in their path: what they answer is what the caller may see."""

ACCOUNT: frozenset[ScopeKind] = frozenset({"BillingAccount"})
PROFILE: frozenset[ScopeKind] = frozenset({"BillingProfile"})

EXTERNAL = "{externalCloudProviderType}/{externalCloudProviderId}"
"""The place of a provider outside Azure in a path after Microsoft.CostManagement."""

READ = Access(READER, "path")
"""Reads costs and settings."""

WRITE = Access("Cost Management Contributor", "path")
"""Keeps budgets, views, exports, scheduled actions, settings and rules."""

READ_BILLING = Access("Billing Reader", "path")
"""Reads invoices, balances and what else the billing account shows."""

_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])(?:-\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: what was asked, by whom, at which scope.

    `options` are the query parameters by lower-case name, `names` the parts of the path that the
    operation's template names, as the caller wrote them; `address` is the scope as the caller
    wrote it, without slashes around it. `billing_period` is the month that the path names.
    `content` is the body as it was sent.
    """

    request: Request
    services: Services
    principal: Principal
    scope: Scope
    address: str
    names: Mapping[str, str]
    options: Mapping[str, str]
    billing_period: Period | None = None
    content: bytes = b""

    @property
    def visible(self) -> tuple[Scope, ...]:
        """The scopes of which the caller may read costs: what `/` means for it."""
        return self.principal.granted(READER)

    @property
    def looker(self) -> str | None:
        """The caller's name, if it may see persons at the scope."""
        return looker(self.principal, self.scope)

    def body(self) -> dict[str, object]:
        """The JSON object that was sent. Raises InvalidInput."""
        return parse_object(self.content)


Operate = Callable[[Call], Response]
"""What answers an operation's calls. It may wait and compute: the route runs it on a thread."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the operation table, named as in Azure's Python client (`group.method`).

    `path` follows `/{scope}/providers/{provider}/`; parts in braces are names. With an empty
    `provider` it is the whole path. `scopes` are the kinds at which it is answered, by default all
    but benefits; operations of one path and method differ in them. `within` makes the scope of the
    path's names, for operations whose path has none before the provider. `billing_period` says
    whether `billingPeriods/{yyyymm}` may stand behind the scope. A body, where the method has one,
    has `body_limit` bytes at most.
    """

    name: str
    method: str
    provider: str
    path: str
    access: Access
    operate: Operate
    scopes: frozenset[ScopeKind] | None = None
    within: str = ""
    billing_period: Literal["none", "optional", "required"] = "none"
    body_limit: int = BODY_LIMIT

    @property
    def address(self) -> tuple[str, str]:
        """What tells its route: provider and path, lower case."""
        return self.provider.lower(), self.path.lower()

    def takes(self, scope: Scope) -> bool:
        """Whether it is answered at a scope of this kind."""
        return scope.kind in self.scopes if self.scopes else scope.kind not in BENEFITS

    def takes_period(self, told: bool) -> bool:
        """Whether it is answered with a billing period in its path, or without one."""
        return self.billing_period in ("optional", "required" if told else "none")


def billing_month(name: str, target: str = "billingPeriodName") -> Period:
    """The UTC month of a billing period's name, such as 202611 (Azure also writes 202611-1).

    Raises InvalidInput for another text.
    """
    match = _MONTH.fullmatch(name)
    if match is None or not EARLIEST <= int(match[1]) <= LATEST:
        raise InvalidInput(
            f"'{name[:40]}' is no billing period; write its year and month, such as 202611",
            target=target,
        )
    start = datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
    return Period(start, next_month(start))
