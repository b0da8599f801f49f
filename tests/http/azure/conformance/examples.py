"""Azure's official examples as requests to a server of the estate (tests/data/azure-examples).

Their scopes are invented, so that each is asked at the estate's scope of the same kind.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from costplane.core.scope import ScopeKind, parse_scope
from costplane.http.azure.operations import OPERATIONS
from costplane.http.azure.protocol.operation import CONSUMPTION, COST, Operation
from tests.environment.sources import ROOT
from tests.http.azure.conformance.estate import EA, MCA, NOW, ORDER, PROFILE, RESERVATION, SCOPES

FILE = ROOT / "tests/data/azure-examples/examples.jsonl.gz"
_OPTIONS = {"startDate", "endDate", "metric", "grain", "region", "term", "lookBackPeriod"}
_OPTIONS |= {"product", "filter", "useMarkupIfPartner", "previewMarkupPercentage"}
_ORDER = f"providers/Microsoft.Capacity/reservationorders/{ORDER}"
_SAVINGS = (
    "providers/Microsoft.BillingBenefits/savingsPlanOrders/66cccc66-6ccc-6c66-666c-66cc6c6c66c6"
)
_HERE: dict[str, str] = {
    **SCOPES,
    "All": "",
    "ReservationOrder": _ORDER,
    "Reservation": f"{_ORDER}/reservations/{RESERVATION}",
    "SavingsPlanOrder": _SAVINGS,
    "SavingsPlan": f"{_SAVINGS}/savingsPlans/222d22dd-d2d2-2dd2-222d-2dd2222ddddd",
}

SHORT = {
    "departments": "providers/Microsoft.Billing/departments/100002",
    "Departments": "providers/Microsoft.Billing/Departments/100002",
    "enrollmentAccounts": "providers/Microsoft.Billing/enrollmentAccounts/100003",
    "EnrollmentAccounts": "providers/Microsoft.Billing/EnrollmentAccounts/100003",
}
"""Scopes that some examples write without their billing account."""

AS_WRITTEN = {
    "Microsoft.Management/managementGroups/MYDEVTESTMG": "Microsoft.Management/"
    "managementGroups/demo",
    "providers/Microsoft.CostManagement/billingAccounts/1234": "providers/"
    f"Microsoft.CostManagement/billingAccounts/{EA}",
}
"""Scopes of a form that only one example has."""


@dataclass(frozen=True)
class Example:
    """One example: the operation as `client.group.method`, the file, and what it says."""

    operation: str
    file: str
    parameters: Mapping[str, Any]
    responses: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its name among the tests."""
        return f"{self.operation}-{self.file.removesuffix('.json')}"

    @property
    def rows(self) -> list[Operation]:
        """The rows of the product's table that answer it; none if it is not answered."""
        return [row for row in OPERATIONS if client_name(row) == self.operation]

    @property
    def body(self) -> Any:
        """What is sent, with its years moved so that what it asks for is not over."""
        told = next((v for v in self.parameters.values() if isinstance(v, dict)), None)
        return _moved(told, later=min if ".exports." in self.operation else max)

    @property
    def options(self) -> dict[str, str]:
        """The query parameters."""
        told = {
            name: str(value)
            for name, value in self.parameters.items()
            if name.startswith("$") or name in _OPTIONS or name == "api-version"
        }
        if self.operation.endswith("recommendation_details.get"):
            told["scope"] = str(self.parameters["scope"])
        if "resourceScope" in self.parameters:
            for name in ("reservationId", "reservationOrderId"):
                told |= {name: str(self.parameters[name])} if name in self.parameters else {}
        return {
            name: text.lower() if text in ("True", "False") else text for name, text in told.items()
        }

    @property
    def headers(self) -> dict[str, str]:
        """The conditions that it sends."""
        return {n: str(v) for n, v in self.parameters.items() if n.startswith("If-")}

    @property
    def path(self) -> str:
        """Its path at the estate's scope of the same kind."""
        row = self.rows[0]
        told = {**self.parameters, "account": MCA, "profile": PROFILE}
        named = re.sub(r"\{(\w+)\}", lambda m: str(told.get(m[1], m[1])), row.path)
        if "/providers/" in named:
            return f"/providers/{row.provider}/{named}"
        scope, period = self._scope()
        return f"{scope}{period}/providers/{row.provider}/{named}"

    def _scope(self) -> tuple[str, str]:
        told = self.parameters
        if self.operation.endswith("recommendation_details.get"):
            told = {**told, "scope": told["resourceScope"]}
        text = told.get("scope") or told.get("resourceScope") or told.get("billingScope")
        text, period = text or _composed(told), ""
        short = re.fullmatch(r"/?providers/Microsoft.Billing/(\w+)/[^/]+(/.*)?", text)
        if short and short[1] in SHORT:
            return f"/{SHORT[short[1]]}", short[2] or ""
        found = re.fullmatch(r"(.*?)((?:/providers/Microsoft.Billing)?/billingPeriods/.*)", text)
        if found:
            text, period = found[1], found[2]
        elif "billingPeriodName" in told:
            period = f"/billingPeriods/{told['billingPeriodName']}"
        if text in AS_WRITTEN:
            return f"/{AS_WRITTEN[text]}", period
        kind = parse_scope(text).kind
        return f"/{_at(kind, text)}".rstrip("/"), period


def client_name(row: Operation) -> str:
    """The operation of Azure's client that a row answers."""
    _, within, path = row.path.rpartition("/providers/")
    provider = path.partition("/")[0] if within and row.provider else row.provider
    client = "subscriptions" if row.name.startswith("subscriptions.") else _CLIENTS.get(provider)
    return f"{client or provider}.{row.name}"


_CLIENTS = {
    COST: "costmanagement",
    CONSUMPTION: "consumption",
    "Microsoft.Billing": "billing",
    "Microsoft.Resources": "resource",
    "": "resource",
}


def examples() -> Iterator[Example]:
    """All of them."""
    known = {client_name(row) for row in OPERATIONS}
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            group, method = line["operation"].split("_")
            name = f"{line['provider']}.{_snake(group)}.{_snake(method)}"
            begun = f"{line['provider']}.{_snake(group)}.begin_{_snake(method)}"
            told = line["example"]
            yield Example(
                begun if begun in known else name,
                line["file"],
                told["parameters"],
                told["responses"],
            )


def _moved(body: Any, later: Callable[[Iterable[str]], str]) -> Any:
    """The body some years later: the least that lets its first or last day be ahead."""
    text = json.dumps(body)
    days = re.findall(r"\b\d{4}-\d{2}-\d{2}", text)
    if not days or ".query" in text:
        return body
    years = next(n for n in range(30) if _later(later(days), n) > f"{NOW:%F}")
    return json.loads(re.sub(r"\b\d{4}(?=-\d{2}-\d{2})", lambda m: _later(m[0], years), text))


def _later(day: str, years: int) -> str:
    return f"{int(day[:4]) + years}{day[4:]}"


def _snake(text: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", text).lower()


def _at(kind: ScopeKind, text: str) -> str:
    """The estate's scope of a kind; of billing accounts, that of the same agreement."""
    if kind == "BillingAccount":
        return SCOPES["CustomerAgreement"] if ":" in text else SCOPES["BillingAccount"]
    return _HERE[kind]


def _composed(told: Mapping[str, Any]) -> str:
    """The scope of an example that tells only its parts."""
    account = told.get("billingAccountId") or told.get("billingAccountName")
    profile = told.get("billingProfileId") or told.get("billingProfileName")
    if account:
        text = f"providers/Microsoft.Billing/billingAccounts/{account}"
        if profile:
            return f"{text}/billingProfiles/{profile}"
        return f"{text}/customers/{told['customerId']}" if "customerId" in told else text
    if "reservationOrderId" in told:
        return _ORDER + ("/reservations/r" if "reservationId" in told else "")
    if "savingsPlanOrderId" in told:
        return _SAVINGS + ("/savingsPlans/s" if "savingsPlanId" in told else "")
    if "managementGroupId" in told:
        return "providers/Microsoft.Management/managementGroups/m"
    return "subscriptions/s" if "subscriptionId" in told else ""
