"""Requests of every own route: one that succeeds, and what gets each refusal that is described.

They are made of the sample (`sample.py`) behind a server that asks who calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.http.sample import SCOPE, event

GROUP = f"/{SCOPE}/resourcegroups/rg-search"
OTHER = f"/{SCOPE}/resourcegroups/rg-agents"
DAY = {"from": "2026-11-02", "to": "2026-11-02"}
PLAN: dict[str, Any] = {
    "name": "next year",
    "scope": GROUP,
    "compare": True,
    "compare_models": ["in-house-7b"],
    "workloads": [
        {
            "model": "gpt-4.1",
            "calls_per_day": 1000,
            "input_tokens": 1000,
            "images": [{"width": 1024, "height": 768}],
            "audio_input_seconds": 5,
            "start": "2027-02",
            "growth_per_month": "10%",
            "months": 2,
        }
    ],
}
QUESTION: dict[str, Any] = {
    "type": "ActualCost",
    "timePeriod": DAY,
    "dataset": {"granularity": "Daily", "grouping": [{"type": "TagKey", "name": "team"}]},
    "per": ["Call", "MillionTokens", "User", "Session", "count:chats"],
}
CHATS = {"unit": "chats", "day": "2026-11-02", "count": 5, "scope": GROUP}
COUNTS = {"counts": [CHATS | {"dimensions": {"tag:team": "search"}}]}
EVENT = event("b1", "rg-search", "search", quantities={"input_text": 10})


@dataclass(frozen=True)
class Asked:
    """A request: of an operation by its id, with its query, body and headers."""

    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def but(self, **changes: Any) -> Asked:
        """The same but for some of it."""
        return replace(self, **changes)

    @property
    def arguments(self) -> dict[str, Any]:
        """As a client's `request` takes them."""
        kind = "content" if isinstance(self.body, bytes) else "json"
        body = {} if self.body is None else {kind: self.body}
        return {"params": self.query, "headers": self.headers} | body


GOOD: dict[str, Asked] = {
    "healthz": Asked("GET", "/healthz"),
    "readyz": Asked("GET", "/readyz"),
    "scopes": Asked("GET", "/v1/scopes"),
    "dimensions": Asked("GET", "/v1/dimensions", {"scope": GROUP}),
    "dimension_values": Asked("GET", "/v1/dimensions/Model/values", {"scope": f"/{SCOPE}"} | DAY),
    "status": Asked("GET", "/v1/status"),
    "explain": Asked("GET", "/v1/explain", {"event": "gateway/eu-1#a1"}),
    "events": Asked("POST", "/v1/events", body=[EVENT, {"id": "b2"}]),
    "traces": Asked("POST", "/v1/traces", body={}),
    "estimate": Asked("POST", "/v1/estimates", body=PLAN),
    "estimates": Asked("GET", "/v1/estimates"),
    "saved_estimate": Asked("GET", "/v1/estimates/shop"),
    "save_estimate": Asked("PUT", "/v1/estimates/shop", body=PLAN),
    "remove_estimate": Asked("DELETE", "/v1/estimates/shop"),
    "unit_costs": Asked("POST", "/v1/unit-costs", {"scope": GROUP}, QUESTION),
    "counts": Asked("GET", "/v1/counts", {"scope": GROUP}),
    "put_counts": Asked("POST", "/v1/counts", body=COUNTS),
    "remove_counts": Asked("DELETE", "/v1/counts", {"unit": "chats", "scope": GROUP}),
    "session": Asked("GET", "/v1/session"),
    "sign_in": Asked("POST", "/v1/session", body={"token": "<token>"}),
    "sign_out": Asked("DELETE", "/v1/session"),
    "begin_sign_in": Asked("GET", "/v1/session/openid/local", {"target": "/analysis"}),
    "complete_sign_in": Asked("GET", "/v1/session/callback", {"error": "access_denied"}),
    "report_file": Asked("GET", "/v1/report-files/<report>/<file>", {"sig": "<key>"}),
    "erase_person": Asked("POST", "/v1/persons/erase", body={"user": "nobody"}),
    "tokens": Asked("GET", "/v1/tokens", {"scope": GROUP}),
    "issue_token": Asked("POST", "/v1/tokens", {"scope": GROUP}, {"role": "Billing Reader"}),
    "revoke_token": Asked("DELETE", "/v1/tokens/<id>", {"scope": GROUP}),
}
"""In an order in which each finds what the ones before it left."""

_NOWHERE, _NONE_SUCH = {"scope": "nowhere"}, {"scope": "/subscriptions/none"}
_XML, _JSON = {"content-type": "application/xml"}, {"content-type": "application/json"}
WRONG: dict[tuple[str, int], Asked] = {
    ("dimensions", 400): GOOD["dimensions"].but(query=_NOWHERE),
    ("dimensions", 404): GOOD["dimensions"].but(query=_NONE_SUCH),
    ("dimension_values", 400): GOOD["dimension_values"].but(query={"from": "soon"}),
    ("dimension_values", 404): GOOD["dimension_values"].but(query=_NONE_SUCH),
    ("explain", 400): GOOD["explain"].but(query={}),
    ("explain", 404): GOOD["explain"].but(query={"event": "gateway/eu-1#none"}),
    ("events", 400): GOOD["events"].but(body=[{"id": "b2"}]),
    ("events", 415): GOOD["events"].but(body=b"<a/>", headers=_XML),
    ("traces", 400): GOOD["traces"].but(body=b"{", headers=_JSON),
    ("traces", 415): GOOD["traces"].but(body=b"<a/>", headers=_XML),
    ("estimate", 400): GOOD["estimate"].but(body={}),
    ("save_estimate", 400): GOOD["save_estimate"].but(body={}),
    ("saved_estimate", 400): GOOD["saved_estimate"].but(query={"version": "0"}),
    ("saved_estimate", 404): GOOD["saved_estimate"].but(path="/v1/estimates/none"),
    ("remove_estimate", 400): GOOD["remove_estimate"].but(path=f"/v1/estimates/{'x' * 201}"),
    ("remove_estimate", 404): GOOD["remove_estimate"].but(path="/v1/estimates/none"),
    ("unit_costs", 400): GOOD["unit_costs"].but(body=QUESTION | {"per": ["Cat"]}),
    ("unit_costs", 404): GOOD["unit_costs"].but(query=_NONE_SUCH),
    ("counts", 400): GOOD["counts"].but(query={"from": "soon"}),
    ("put_counts", 400): GOOD["put_counts"].but(body={"counts": []}),
    ("put_counts", 415): GOOD["put_counts"].but(body=b"<a/>", headers=_XML),
    ("remove_counts", 400): GOOD["remove_counts"].but(query={}),
    ("sign_in", 400): GOOD["sign_in"].but(body={}),
    ("sign_in", 401): GOOD["sign_in"].but(body={"token": "none"}),
    ("sign_in", 403): GOOD["sign_in"].but(headers={"sec-fetch-site": "cross-site"}),
    ("sign_out", 401): GOOD["sign_out"].but(headers={"cookie": "costplane=none"}),
    ("begin_sign_in", 400): GOOD["begin_sign_in"].but(query={"target": "//evil.example"}),
    ("begin_sign_in", 404): GOOD["begin_sign_in"].but(path="/v1/session/openid/other"),
    ("report_file", 206): GOOD["report_file"].but(headers={"range": "bytes=0-3"}),
    ("report_file", 400): GOOD["report_file"].but(headers={"range": "lines=1"}),
    ("report_file", 404): GOOD["report_file"].but(query={"sig": "none"}),
    ("report_file", 416): GOOD["report_file"].but(headers={"range": "bytes=999999999-"}),
    ("erase_person", 400): GOOD["erase_person"].but(body={}),
    ("tokens", 400): GOOD["tokens"].but(query=_NOWHERE),
    ("issue_token", 400): GOOD["issue_token"].but(body={"role": "Root"}),
    ("revoke_token", 400): GOOD["revoke_token"].but(query=_NOWHERE),
    ("revoke_token", 404): GOOD["revoke_token"].but(path="/v1/tokens/none"),
}
"""What gets an answer of its own; those that all routes share are made by the tests."""

PUBLIC = {"begin_sign_in", "complete_sign_in", "report_file"}
"""Operations that ask for no token and have parameters."""

_VALUES, _COUNTS, _BACK = (GOOD[n] for n in ("dimension_values", "counts", "complete_sign_in"))
_NONE = {"unit": "none"}
READ: dict[tuple[str, str], tuple[Asked, str]] = {
    ("dimensions", "scope"): (GOOD["dimensions"].but(query={}), "nowhere"),
    ("dimension_values", "scope"): (_VALUES.but(query=DAY), "nowhere"),
    ("dimension_values", "from"): (_VALUES.but(query={"to": "2026-11-02"}), "2026-11-03"),
    ("dimension_values", "to"): (_VALUES.but(query={"from": "2026-11-02"}), "2026-11-01"),
    ("explain", "event"): (GOOD["explain"].but(query={}), "gateway/eu-1#a1"),
    ("explain", "charge"): (GOOD["explain"].but(query={}), "charge:none"),
    ("explain", "skip"): (GOOD["explain"], "-1"),
    ("saved_estimate", "version"): (GOOD["saved_estimate"], "7000"),
    ("unit_costs", "scope"): (GOOD["unit_costs"].but(query={}, body={"per": ["Call"]}), GROUP),
    ("counts", "scope"): (_COUNTS.but(query={}), "nowhere"),
    ("counts", "unit"): (_COUNTS, "tickets"),
    ("counts", "from"): (_COUNTS, "2026-11-03"),
    ("counts", "to"): (_COUNTS, "2026-11-01"),
    ("remove_counts", "unit"): (GOOD["remove_counts"].but(query={"scope": OTHER}), "tickets"),
    ("remove_counts", "scope"): (GOOD["remove_counts"].but(query=_NONE), "nowhere"),
    ("remove_counts", "from"): (GOOD["remove_counts"].but(query=_NONE), "soon"),
    ("remove_counts", "to"): (GOOD["remove_counts"].but(query=_NONE), "soon"),
    ("begin_sign_in", "target"): (GOOD["begin_sign_in"].but(query={}), "//evil.example"),
    ("complete_sign_in", "state"): (_BACK.but(query={"code": "c"}), "s"),
    ("complete_sign_in", "code"): (_BACK.but(query={"state": "s"}), "c"),
    ("complete_sign_in", "error"): (_BACK.but(query={"state": "s", "code": "c"}), "denied"),
    ("report_file", "sig"): (GOOD["report_file"].but(query={}), "<key>"),
    ("tokens", "scope"): (GOOD["tokens"].but(query={}), GROUP),
    ("issue_token", "scope"): (GOOD["issue_token"].but(query={}, body={"role": "Root"}), GROUP),
    ("revoke_token", "scope"): (GOOD["revoke_token"].but(query={}, path="/v1/tokens/x"), GROUP),
}
"""For each described parameter a question without it, and a value that changes the answer."""

_CALLS = {"model": "gpt-4.1", "calls_per_day": 1}
_IMAGE = {"width": 9, "height": 9}
BODIES: dict[str, Any] = {
    "events": EVENT,
    "estimate": {"images": [_IMAGE], "workloads": [{}]} | _CALLS,
    "unit_costs": QUESTION,
    "put_counts": {"counts": [CHATS]},
    "sign_in": {"token": "x"},
    "erase_person": {"user": "nobody"},
    "issue_token": {"role": "Owner"},
}
"""Bodies that are taken, to be spoiled member by member."""

WORKLOADS = {"workloads": [{"images": [_IMAGE]}]} | _CALLS
"""The same of an estimate, for the members of its workloads."""
