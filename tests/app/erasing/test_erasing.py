"""An erased person's name stands nowhere; what its calls cost stays (billing-rules 30)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from costplane.app.arm.view import KIND as VIEWS
from costplane.app.workspace import Workspace
from costplane.core.arm_resource import Place
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput
from costplane.ledger.delta import Ledger
from costplane.metering.identity import IdentityIndex
from costplane.store.erasures import StoredErasures
from tests.app.estate import NOW, START, SUBSCRIPTION, Event, body, opened, take
from tests.app.stopping import Stopped, stop_after

SCOPE = parse_scope(SUBSCRIPTION)
NAME = "Änne O'Neil <anne@contoso.com>"
CHAT = "Chat-7F3e-of-Anne"
GROUPS = [(), ("tag:team",), ("Model",), ("Session",), ("User", "Session")]


def call(number: int, user: str | None, session: str | None, **facts: Any) -> Event:
    data = {
        "resource_id": f"{SUBSCRIPTION}/resourcegroups/rg-a/providers/"
        "microsoft.cognitiveservices/accounts/one",
        "deployment": "chat",
        "http_status": 200,
        "user": user,
        "session": session,
        "tags": {"team": "blue" if number % 2 else "red"},
        "quantities": {"input_text": 263 * (number + 1), "output_text": 7 * number},
    }
    return {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": facts.pop("source", "gateway"),
        "id": f"call-{number}",
        "time": (START + timedelta(hours=number)).isoformat(),
        "data": data | facts,
    }


def made() -> list[Event]:
    """Calls of the person under two spellings, of a chat that another joined, and of others."""
    people = [
        (NAME, CHAT),
        (f" {NAME.upper()}", f"{CHAT}-2"),
        ("bob", CHAT),
        ("bob", "s-1"),
        (None, None),
        (NAME, None),
    ]
    events = [call(n, *people[n % len(people)], response_id=f"r-{n}") for n in range(24)]
    told_twice = [call(n, NAME, CHAT, response_id=f"r-{n}", source="otel") for n in (0, 6)]
    future = call(99, NAME, CHAT, source="late") | {"time": (NOW + timedelta(days=1)).isoformat()}
    return [*events, *told_twice, future]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    found = opened(folder)
    events = made()
    take(found, events[:10])
    take(found, events[10:])
    found.close()
    return folder / "data"


@pytest.fixture
def workspace(filled: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(filled, tmp_path / "data")
    found = Workspace.open(tmp_path / "data", now=lambda: NOW)
    yield found
    found.close()


def keep_a_view(workspace: Workspace) -> None:
    dataset = {"filter": filtered([NAME.lower(), "bob"], [CHAT.upper()])}
    text = json.dumps({"query": {"dataSet": dataset}}, ensure_ascii=False)
    workspace.kept.save(Place(VIEWS, SUBSCRIPTION), "mine", lambda _: text, "bob")


def look(workspace: Workspace) -> None:
    asked = body("Model")
    asked["dataset"]["filter"] = filtered(["bob", NAME], [CHAT])
    workspace.query_whole(SCOPE, workspace.definition(asked), "auditor")


def filtered(users: list[str], sessions: list[str]) -> dict[str, Any]:
    leaves = (("User", users), ("Session", sessions))
    return {"and": [{"dimensions": {"name": name, "values": values}} for name, values in leaves]}


def sums(workspace: Workspace, *shapes: tuple[str, ...]) -> list[Any]:
    """What each grouping comes to by day, without the names: sorted sums."""
    found = []
    for groups in shapes or ((),):
        definition = workspace.definition(body(*groups, granularity="Daily"))
        rows = workspace.query_whole(SCOPE, definition, "auditor").rows.to_pylist()
        found.append(sorted(tuple(map(str, list(row.values())[:4])) for row in rows))
    return found


def files_that_name(folder: Path, *names: str) -> list[str]:
    """Files whose bytes, or whose rows, have one of the names in any spelling."""
    wanted = [name.strip().casefold() for name in names]

    def tells(text: str) -> bool:
        return any(name in text.casefold() for name in wanted)

    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and (
            tells(path.read_bytes().decode("utf-8", "ignore"))
            or tells(json.dumps(path.read_bytes().decode("utf-8", "ignore")))
            or (path.suffix == ".parquet" and tells(str(pq.read_table(path).to_pylist())))
        )
    ]


def test_the_name_stands_nowhere_and_sums_stay(workspace: Workspace) -> None:
    keep_a_view(workspace)
    look(workspace)
    before = sums(workspace, *GROUPS)
    assert any(path.startswith("tables/usage") for path in files_that_name(workspace.data, NAME))
    done = workspace.erase_person(NAME, "owner", sessions=True)
    assert (done.events, done.texts, done.sessions) == (18, 3, 2)
    assert files_that_name(workspace.data, NAME, CHAT) == []
    assert sums(workspace, *GROUPS[:4]) == before[:4]
    # Two spellings of one person are one from now on.
    assert done.elsewhere == {}
    users = workspace.query_whole(SCOPE, workspace.definition(body("User")), "auditor").rows
    assert [name[:7] for name in users["User"].to_pylist()] == ["", "bob", "erased-"]
    assert sum(users["CallCount"].to_pylist()) == 24


def test_every_grouping_sums_to_the_same(workspace: Workspace) -> None:
    before = sums(workspace, *GROUPS, ("User",))
    workspace.erase_person("bob", "owner", sessions=True)
    assert sums(workspace, *GROUPS, ("User",)) == before


def test_a_second_time_changes_nothing(workspace: Workspace) -> None:
    workspace.erase_person(NAME, "owner", sessions=True)
    versions, entries = workspace.ledger.snapshot().versions, audit(workspace)
    again = workspace.erase_person(NAME.upper(), "owner", sessions=True)
    assert (again.events, again.texts, again.sessions) == (0, 0, 0)
    assert workspace.ledger.snapshot().versions == versions
    assert audit(workspace) == entries


def test_without_its_sessions_these_stay_until_they_are_asked_for(workspace: Workspace) -> None:
    workspace.erase_person(NAME, "owner")
    assert files_that_name(workspace.data, NAME) == []
    assert files_that_name(workspace.data, CHAT)
    before = sums(workspace)
    assert workspace.erase_person(NAME, "owner", sessions=True).sessions == 2
    assert files_that_name(workspace.data, CHAT) == []
    assert sums(workspace) == before


def test_events_sent_again_count_once(workspace: Workspace) -> None:
    workspace.erase_person(NAME, "owner", sessions=True)
    before = sums(workspace)
    again = take(workspace, made())
    assert (again.accepted, again.duplicates, again.conflicts) == (0, 26, 0)
    changed = made()[0]
    changed["data"] = changed["data"] | {"user": "bob"}
    assert take(workspace, [changed]).conflicts == 1
    assert sums(workspace) == before
    assert files_that_name(workspace.data, NAME, CHAT) == []


def test_an_index_made_anew_knows_them_too(workspace: Workspace) -> None:
    workspace.erase_person(NAME, "owner", sessions=True)
    for file in (workspace.data / "identities").iterdir():
        file.unlink()
    again = take(workspace, made())
    assert (again.accepted, again.conflicts) == (0, 0)


def test_later_events_have_no_name_either(workspace: Workspace) -> None:
    workspace.erase_person(NAME, "owner", sessions=True)
    late = [call(50, NAME, f"{CHAT}-new"), call(51, NAME.lower(), CHAT), call(52, "bob", CHAT)]
    late.append(call(98, NAME, CHAT) | {"time": (NOW + timedelta(days=2)).isoformat()})
    assert take(workspace, late).accepted == 3
    assert files_that_name(workspace.data, NAME, CHAT) == []
    users = workspace.query_whole(SCOPE, workspace.definition(body("User")), "auditor").rows
    assert len([name for name in users["User"].to_pylist() if name]) == 2


def test_it_is_audited_without_the_name(workspace: Workspace) -> None:
    workspace.erase_person(NAME, "entra:owner", sessions=True)
    entries = [(e.actor, e.action, e.target) for e in workspace.accounts.store.audit(2)]
    assert [entry[:2] for entry in entries] == [
        ("entra:owner", "PersonErased"),
        ("entra:owner", "ErasureBegun"),
    ]
    assert not any("anne" in target.lower() for _, _, target in entries)


def audit(workspace: Workspace) -> list[Any]:
    return list(workspace.accounts.store.audit(1_000))


def test_a_name_inside_of_tags_is_told(workspace: Workspace) -> None:
    tags = {"team": "blue", "owner": f"owner {NAME.upper()}"}
    take(workspace, [call(40, "bob", None, tags=tags)])
    assert workspace.erase_person(NAME, "owner").elsewhere == {"usage.tags": 1}


def test_a_name_that_looks_like_something_else(workspace: Workspace) -> None:
    """Quotes, comments, backslashes: no SQL, and no other name."""
    name = "x'; DROP TABLE usage; -- \\' \" $1 :w0 /* \u202e\U0001f600\n%"
    take(workspace, [call(60, name, f"{name}s"), call(61, "x", "xs")])
    asked = body("Model")
    asked["dataset"]["filter"] = filtered([name, "bob"], [f"{name}s"])
    workspace.query_whole(SCOPE, workspace.definition(asked), "auditor")
    before = sums(workspace, *GROUPS, ("User",))
    done = workspace.erase_person(name, "owner", sessions=True)
    assert (done.events, done.texts, done.sessions) == (1, 1, 1)
    assert sums(workspace, *GROUPS, ("User",)) == before
    assert files_that_name(workspace.data, name, json.dumps(name)[1:-1]) == []
    users = workspace.query_whole(SCOPE, workspace.definition(body("User")), "auditor").rows
    assert len([user for user in users["User"].to_pylist() if user.startswith("erased-")]) == 1
    assert "x" in users["User"].to_pylist()


def test_nobody_is_not_erased(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="name the user"):
        workspace.erase_person("  ", "owner")


STEPS = [
    (IdentityIndex, "record"),
    (Ledger, "replace"),
    (StoredErasures, "begin"),
    (StoredErasures, "rewrite"),
    (Ledger, "forget_former"),
    (StoredErasures, "shred"),
]


def test_stopped_after_any_step_it_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each step in turn, the last time by the server's settling, without the name."""
    keep_a_view(workspace)
    look(workspace)
    before = sums(workspace)
    for step in STEPS:
        with monkeypatch.context() as patched:
            stop_after(patched, 1, step)
            with pytest.raises(Stopped):
                workspace.erase_person(NAME, "owner", sessions=True)
    workspace.settle()
    assert files_that_name(workspace.data, NAME, CHAT) == []
    assert audit(workspace)[0].action == "PersonErased"
    assert take(workspace, made()).conflicts == 0
    assert sums(workspace) == before


def test_other_processes_read_on(workspace: Workspace) -> None:
    """One that read the tables before sees the new files, without waiting."""
    other = Ledger(str(workspace.data / "tables"))
    other.snapshot()
    workspace.erase_person(NAME, "owner")
    assert other.snapshot().versions == workspace.ledger.snapshot().versions
    paths = other.snapshot().relation("usage").paths
    assert paths
    assert all(Path(path).exists() for path in paths)
