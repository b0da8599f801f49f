"""Which event a name leads to, and why it is billed or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from costplane.errors import InvalidInput
from tests.app import estate
from tests.app.explaining.calls import plain_call


def test_evidence_leads_to_the_event_that_counts(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    first = plain_call("a")
    other = plain_call("b") | {"source": "log#7"}
    for event in (first, other):
        event["data"] = event["data"] | {"response_id": "r-1"}
    estate.take(opened, [first, other])
    found = opened.explain_named_event("event:log#7#b")
    assert (found.source, found.id) == ("s", "a")
    assert [(e.source, e.id) for e in found.evidence] == [("log#7", "b")]
    opened.close()


def test_statuses_and_their_rules(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    calls = [plain_call(name) for name in ("billed", "refused", "hit", "missing", "failed")]
    calls[1]["data"] |= {"http_status": 429}
    calls[2]["data"] |= {"gateway_cache_hit": True}
    for call in calls[3:]:
        del call["data"]["quantities"]
    calls[4]["data"] |= {"http_status": 500}
    estate.take(opened, calls)
    found = {call["id"]: opened.explain_event("s", call["id"]) for call in calls}
    told = {name: (e.billing_status, e.rule, len(e.lines)) for name, e in found.items()}
    assert told == {
        "billed": ("Billed", "HTTP status 200, usage told: billed", 1),
        "refused": (
            "NotBilled",
            "HTTP status 429, refused before any work was done: not billed",
            1,
        ),
        "hit": ("NotBilled", "answered from the gateway's cache: not billed", 1),
        "missing": (
            "UsageMissing",
            "HTTP status 200, no usage told: its cost is unknown, not zero",
            0,
        ),
        "failed": ("NotBilled", "HTTP status 500, failed without usage: not billed", 0),
    }
    assert [name for name, event in found.items() if event.totals] == ["billed"]
    assert [line.amount for line in found["hit"].lines] == [None]
    opened.close()


@pytest.mark.parametrize("name", ["gateway/0", "", "event:"])
def test_what_names_no_event(tmp_path: Path, name: str) -> None:
    opened = estate.opened(tmp_path)
    with pytest.raises(InvalidInput, match="source#id"):
        opened.explain_named_event(name)
    opened.close()


def test_a_name_that_fits_several_events(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    estate.take(opened, [plain_call("b#c"), plain_call("c") | {"source": "s#b"}])
    with pytest.raises(InvalidInput, match="several events"):
        opened.explain_named_event("s#b#c")
    assert opened.explain_event("s#b", "c").source == "s#b"
    opened.close()
