"""The own API and its description tell the same: routes, answers, parameters, bodies."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from costplane.app.status import Loading, write_loading
from costplane.app.workspace import Workspace
from costplane.core.period import DAY, Period, day_start
from costplane.core.scope import parse_scope
from costplane.http.bodies import SMALL
from costplane.http.counts import BODY_LIMIT as COUNT_BODY_LIMIT
from costplane.http.estimates import BODY_LIMIT as ESTIMATE_BODY_LIMIT
from costplane.http.sessions import PENDING_COOKIE
from costplane.http.signed_in import PROOF_HEADER
from costplane.http.unit_costs import BODY_LIMIT as UNIT_COST_BODY_LIMIT
from costplane.metering.bodies import BODY_LIMIT as EVENT_BODY_LIMIT
from tests.environment.sources import ROOT
from tests.http.own_requests import BODIES, GOOD, GROUP, PUBLIC, READ, WORKLOADS, WRONG, Asked
from tests.http.own_server import Served, serving
from tests.http.sample import NOW
from tests.http.test_routes import accesses, every_route

Json = dict[str, Any]
Answers = dict[tuple[str, int], list[Any]]
UNDESCRIBED = {"/openapi.json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("own")) as served:
        yield served


@pytest.fixture(scope="module")
def described(served: Served) -> Json:
    """The whole description."""
    told: Json = served.known.get("/openapi.json").json()
    return told


def operations(described: Json) -> dict[str, Json]:
    """The own operations by their ids, with `method` and `path`."""
    return {
        item["operationId"]: item | {"method": method.upper(), "path": path}
        for path, items in described["paths"].items()
        for method, item in items.items()
        if path.startswith(("/v1/", "/healthz", "/readyz"))
    }


def own_routes(app: FastAPI) -> Iterator[APIRoute]:
    for route in every_route(app.router):
        if isinstance(route, APIRoute) and route.path not in UNDESCRIBED:
            yield route


def test_every_own_route_is_described_and_every_described_one_served(
    served: Served, described: Json
) -> None:
    app: Any = served.known.app
    routes = {
        (method, re.sub(":path", "", route.path))
        for route in own_routes(app)
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = operations(described)
    assert routes == {(item["method"], item["path"]) for item in told.values()}
    assert set(told) == set(GOOD)
    for name, asked in GOOD.items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(told[name]["path"]))
        assert re.fullmatch(pattern, asked.path), name
        assert asked.method == told[name]["method"]


WHERE = {
    "query": "at `scope`",
    "visible": "shows what you may see",
    "body": "at each item's scope",
    "none": "",
}
EVERYWHERE = {"/v1/persons/erase": "at `/`"}
BODY_LIMITS = {
    "/v1/events": EVENT_BODY_LIMIT,
    "/v1/traces": EVENT_BODY_LIMIT,
    "/v1/estimates": ESTIMATE_BODY_LIMIT,
    "/v1/estimates/{name}": ESTIMATE_BODY_LIMIT,
    "/v1/unit-costs": UNIT_COST_BODY_LIMIT,
    "/v1/counts": COUNT_BODY_LIMIT,
}


def test_the_page_tells_role_and_limit_of_every_route(served: Served, described: Json) -> None:
    text = (ROOT / "docs/reference/own-api.md").read_text(encoding="utf-8")
    shown = {line for line in text.splitlines() if line.startswith(("| `GET", "| `P", "| `DEL"))}
    told = {(item["method"], item["path"]): item for item in operations(described).values()}
    rows = set()
    for route in own_routes(served.known.app):  # type: ignore[arg-type] # it is the application
        path = route.path.replace(":path", "")
        (access,) = accesses(route)
        where = EVERYWHERE.get(path, WHERE[access.scope])
        for method in (route.methods or set()) - {"HEAD"}:
            limit = BODY_LIMITS.get(path, SMALL) if "requestBody" in told[method, path] else 0
            cells = (f"`{method} {path}`", access.role or "anybody", where, size(limit))
            rows.add("| " + " | ".join(cells) + " |")
    assert shown == {row.replace("|  |", "| |").replace("|  |", "| |") for row in rows}


def size(limit: int) -> str:
    if not limit:
        return ""
    return f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB"


def test_callers_must_be_known_where_the_description_says_so(
    served: Served, described: Json
) -> None:
    for name, told in operations(described).items():
        answer = served.ask(GOOD[name])
        public = "security" not in told
        assert (answer.status_code != 401) == public, name
        assert public or told["security"] == [{"bearer": []}]


@pytest.fixture(scope="module")
def answers(served: Served, described: Json) -> Answers:
    """An answer, or more, of every operation for every status that it is said to answer."""
    found: Answers = {}

    def keep(name: str, answer: Any, status: int) -> None:
        assert answer.status_code == status, (name, status, answer.status_code, answer.text)
        found.setdefault((name, status), []).append(answer)

    told = operations(described)
    for (name, status), asked in (*away(served), *WRONG.items()):
        keep(name, served.ask(asked, owner_unless_told(served, asked)), status)
    served.issuer.fails = False
    for name in told:
        answer = served.good(name)
        keep(name, answer, answer.status_code)
        for status, again in shared(served, name, told[name]):
            keep(name, again, status)
    for name, status, answer in others(served):
        keep(name, answer, status)
    return found


def owner_unless_told(served: Served, asked: Asked) -> dict[str, str]:
    return {} if "cookie" in asked.headers else served.bearer()


def away(served: Served) -> Iterator[tuple[tuple[str, int], Asked]]:
    """What is asked while the issuer does not answer."""
    served.issuer.fails = True
    foreign = served.issuer.token()
    yield ("begin_sign_in", 503), GOOD["begin_sign_in"]
    yield ("sign_in", 503), GOOD["sign_in"].but(body={"token": foreign})
    both = {"cookie": "costplane=none", "authorization": f"Bearer {foreign}"}
    yield ("sign_out", 503), GOOD["sign_out"].but(headers=both)


def shared(served: Served, name: str, told: Json) -> Iterator[tuple[int, Any]]:
    """The refusals that routes have in common."""
    asked, statuses = GOOD[name], told["responses"]
    if "429" in statuses:
        yield 429, served.ask(asked, client=served.limited)
    if "security" in told:
        yield 401, served.ask(asked)
        yield 403, served.ask(asked, {"host": "evil.example"}, served.anonymous)
        yield 503, served.ask(asked, client=served.unreachable)
    if "408" in statuses:
        yield 408, served.dripping(asked)
    if "413" in statuses:
        yield 413, served.ask(asked, served.bearer() | {"content-length": str(10**9)})


def others(served: Served) -> Iterator[tuple[str, int, Any]]:
    """Further answers, some of servers without authentication."""
    ask, owner = served.ask, served.bearer()
    address = charge(served.workspace)
    yield "explain", 200, ask(GOOD["explain"].but(query={"charge": address}), owner)
    yield "dimension_values", 200, ask(Asked("GET", "/v1/dimensions/tag:team/values"), owner)
    csv = GOOD["put_counts"].but(body=b"unit,day,count\nchats,2026-11-02,9\n")
    yield "put_counts", 200, ask(csv, owner | {"content-type": "text/csv"})
    yield "counts", 200, ask(GOOD["counts"].but(query={}), owner)
    yield "unit_costs", 200, ask(GOOD["unit_costs"].but(query={}), owner)
    unheard = GOOD["events"].but(body=BODIES["events"])
    yield "events", 403, ask(unheard, served.bearer("Billing Reader"))
    yield "save_estimate", 200, ask(GOOD["save_estimate"], owner)
    yield "saved_estimate", 200, ask(GOOD["saved_estimate"], owner)
    yield "estimates", 200, ask(GOOD["estimates"], owner)
    yield "tokens", 200, ask(GOOD["tokens"].but(query={"scope": "/"}), owner)
    yield from of_sessions(served)
    yield from of_health(served)


def of_sessions(served: Served) -> Iterator[tuple[str, int, Any]]:
    cookie = ask_cookie(served)
    signed_in = {"cookie": cookie}
    proof = served.ask(GOOD["session"], signed_in)
    yield "session", 200, proof
    yield "sign_out", 403, served.ask(GOOD["sign_out"], signed_in)
    named = {PROOF_HEADER: proof.json()["proof"]}
    yield "sign_out", 204, served.ask(GOOD["sign_out"], signed_in | named)
    elsewhere = {"host": "evil.example"}
    yield "session", 403, served.ask(GOOD["session"], elsewhere, served.anonymous)
    for name in ("sign_in", "sign_out", "begin_sign_in", "complete_sign_in"):
        yield name, 400, served.ask(GOOD[name], client=served.anonymous)
    yield "complete_sign_in", 404, served.ask(GOOD["complete_sign_in"], pending("gone"))


def pending(issuer: str) -> dict[str, str]:
    """The header of a browser that began to sign in."""
    packed = base64.urlsafe_b64encode(f'["{issuer}","s","n","v","/"]'.encode()).decode()
    return {"cookie": f"{PENDING_COOKIE}={packed}"}


def ask_cookie(served: Served) -> str:
    answer = served.ask(GOOD["sign_in"])
    return str(answer.headers["set-cookie"].partition(";")[0])


def of_health(served: Served) -> Iterator[tuple[str, int, Any]]:
    folder = served.workspace.data
    write_loading(folder, Loading(active=True, loaded=7, total=13, what="2026-03"))
    yield "readyz", 503, served.ask(GOOD["readyz"])
    yield "status", 200, served.ask(GOOD["status"], served.bearer())
    write_loading(folder, Loading(active=False, loaded=13, total=13, what=""))


def charge(workspace: Workspace) -> str:
    start = day_start(NOW.date().replace(day=2))
    return workspace.charges(parse_scope("/"), Period(start, start + DAY)).charges[0].address


def test_each_status_that_is_described_is_answered_and_no_other(
    answers: Answers, described: Json
) -> None:
    told = {
        (name, int(status))
        for name, item in operations(described).items()
        for status in item["responses"]
    }
    assert set(answers) == told


def closed(schema: Any) -> Any:
    """The schema without room for members that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    if "properties" in found and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


def test_answers_have_the_described_shape_to_the_last_member(
    answers: Answers, described: Json
) -> None:
    told, components = operations(described), closed(described["components"])
    for (name, status), several in answers.items():
        response = told[name]["responses"][str(status)]
        content = response.get("content", {})
        for answer in several:
            kind = answer.headers.get("content-type", "").partition(";")[0]
            assert (kind in content) if content else not answer.content, (name, status, kind)
            needed = {n for n, header in response.get("headers", {}).items() if header["required"]}
            assert {n for n in needed if n not in answer.headers} == set(), (name, status)
            if kind == "application/json":
                schema = content[kind]["schema"] | {"components": components}
                try:
                    jsonschema_rs.validator_for(schema).validate(answer.json())
                except jsonschema_rs.ValidationError as fault:
                    raise AssertionError((name, status, fault.message, answer.text)) from fault


def test_what_is_read_of_a_question(served: Served, described: Json) -> None:
    """Every described parameter changes the answer, however its name is written; a name that is
    not described changes nothing."""
    told = {
        (name, parameter["name"])
        for name, item in operations(described).items()
        for parameter in item.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert set(READ) == told
    for name in ("put_counts", "save_estimate"):
        assert served.good(name).status_code == 200
    owner = served.bearer()
    for (name, parameter), (asked, value) in READ.items():
        headers = pending("local") if name in PUBLIC else owner

        def ask(written: str, asked: Asked = asked, value: str = value) -> tuple[int, str, str]:
            query = asked.query | {written: value}
            return outcome(served.ask(asked.but(query=query), headers))  # noqa: B023 - at once

        without, told_it = ask("no-such-name"), ask(parameter)
        assert outcome(served.ask(asked, headers)) == without, (name, parameter)
        assert told_it != without, (name, parameter)
        assert ask(parameter.upper()) == told_it, (name, parameter)


def outcome(answer: Any) -> tuple[int, str, str]:
    """What was answered, apart from what differs from call to call."""
    place = answer.headers.get("location", "")
    return answer.status_code, answer.text, re.sub("(state|nonce|challenge)=[^&]+", "", place)


def test_every_described_member_of_a_body_is_read(served: Served, described: Json) -> None:
    """One that is wrong is refused, and the refusal names it."""
    owner = served.bearer()
    for name, body in BODIES.items():
        told = operations(described)[name]["requestBody"]["content"]["application/json"]["schema"]
        for path in members(resolved(told, described)):
            spoiled = with_wrong(WORKLOADS if path[0] == "workloads" else body, path)
            asked = GOOD[name].but(body=spoiled, query={"scope": GROUP})
            answer = served.ask(asked, owner)
            assert answer.status_code in (400, 401), (name, path, answer.text)
            assert path[-1] in answer.text, (name, path, answer.text)


def resolved(schema: Json, described: Json) -> Json:
    """The object that a schema describes; of several, the first."""
    if "$ref" in schema:
        found: Json = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return resolved(schema["anyOf"][0], described) if "anyOf" in schema else schema


def members(schema: Json, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to the members of an object, through the objects and lists (`*`) in it."""
    for name, value in schema.get("properties", {}).items():
        yield (*before, name)
        inner = next((one for one in value.get("anyOf", ()) if "properties" in one), value)
        through = (*before, name, "*") if "items" in inner else (*before, name)
        yield from members(inner.get("items", inner), through)


def with_wrong(body: Any, path: tuple[str, ...]) -> Any:
    """The body with a member of a type that none has."""
    name, *rest = path
    if name == "*":
        return [with_wrong(body[0] if body else {}, tuple(rest))]
    told = body if isinstance(body, Mapping) else {}
    return {**told, name: with_wrong(told.get(name), tuple(rest)) if rest else [[[7]]]}
