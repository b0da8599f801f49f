"""`costplane tokens`, `roles`, `issuers` and `audit`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

GROUP = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-search"
READ = ("--role", "cost management reader")


def created(run: Run, *options: str) -> dict[str, str]:
    ended = run("tokens", "create", *options, "--format", "json")
    assert ended.status == 0, ended.err
    told: dict[str, str] = json.loads(ended.out)
    return told


def test_a_token_is_shown_once(run: Run, tmp_path: Path) -> None:
    ended = run("tokens", "create", "--role", "Owner", "--scope", "/", "--name", "me")
    secret = ended.out.strip()
    assert secret.startswith("costplane_")
    assert len(ended.out.splitlines()) == 1
    assert "not shown again" in ended.err
    (token,) = json.loads(run("tokens", "list", "--format", "json").out)
    assert (token["name"], token["state"]) == ("me", "valid")
    assert token["roles"] == [{"role": "Owner", "scope": "/"}]
    files = [path.read_bytes() for path in (tmp_path / "data").glob("control.sqlite*")]
    assert files
    assert all(secret.encode() not in content for content in files)


def test_a_token_ends(run: Run) -> None:
    token = created(run, "--role", "Owner", "--scope", "/")
    assert run("tokens", "revoke", token["id"]).status == 0
    (found,) = json.loads(run("tokens", "list", "--format", "json").out)
    assert (found["state"], found["roles"]) == ("revoked", [])
    again = run("tokens", "revoke", token["id"])
    assert again.status != 0
    assert "tokens list" in again.err


def test_what_no_token_is_made_for(run: Run) -> None:
    for options, told in [
        (("--role", "Root", "--scope", "/"), "Cost Management Reader"),
        ((*READ, "--scope", "rg-search"), "not a scope"),
        ((*READ, "--scope", "/", "--expires", "0"), "1 to 3,650 days"),
        ((*READ, "--scope", "/", "--name", "a\nb"), "one line"),
    ]:
        ended = run("tokens", "create", *options)
        assert ended.status != 0
        assert told in ended.err
        assert ended.out == ""


def test_a_slip_in_a_scope_is_told(ask: Run) -> None:
    ended = ask("tokens", "create", *READ, "--scope", f"{GROUP}x")
    assert ended.status == 0
    assert f"did you mean {GROUP.lower()}" in ended.err


def test_roles_of_users_and_groups(run: Run) -> None:
    user = ("--user", "entra:0b5d-11")
    refused = run("roles", "assign", *user, *READ, "--scope", GROUP)
    assert refused.status != 0
    assert "costplane issuers add" in refused.err
    url = "https://login.microsoftonline.com/7a-11/v2.0"
    added = run("issuers", "add", "entra", "--url", url, "--audience", "api://costs")
    assert added.status == 0, added.err
    assert run("roles", "assign", *user, *READ, "--scope", GROUP).status == 0
    assert "as before" in run("roles", "assign", *user, *READ, "--scope", GROUP).out
    team = ("--group", "entra:finops", "--role", "Owner", "--scope", "/")
    assert run("roles", "assign", *team).status == 0
    found = json.loads(run("roles", "list", "--format", "json").out)
    assert [(r["kind"], r["principal"], r["scope"]) for r in found] == [
        ("Group", "entra:finops", "/"),
        ("User", "entra:0b5d-11", GROUP.lower()),
    ]
    sibling = GROUP.replace("rg-search", "rg-agents")
    held = json.loads(run("roles", "list", "--scope", sibling, "--format", "json").out)
    assert [r["principal"] for r in held] == ["entra:finops"]
    assert run("roles", "remove", *user, *READ, "--scope", GROUP).status == 0
    assert "roles list" in run("roles", "remove", *user, *READ, "--scope", GROUP).err


def test_one_principal_at_a_time(run: Run) -> None:
    ended = run("roles", "assign", *READ, "--scope", "/", "--user", "e:a", "--group", "e:b")
    assert "one of --user" in ended.err
    assert "one of --user" in run("roles", "assign", *READ, "--scope", "/").err
    assert "no token" in run("roles", "assign", *READ, "--scope", "/", "--token", "ff").err


def test_issuers(run: Run) -> None:
    url = ("--url", "https://login.example/realm")
    assert run("issuers", "add", "kc", *url, "--audience", "costs").status == 0
    twice = run("issuers", "add", "other", *url, "--audience", "costs")
    assert "'kc' already" in twice.err
    (found,) = json.loads(run("issuers", "list", "--format", "json").out)
    assert (found["name"], found["audiences"], found["name_claim"]) == ("kc", ["costs"], "sub")
    assert run("issuers", "remove", "kc").status == 0
    assert run("issuers", "remove", "kc").status != 0


def test_the_audit_log(run: Run) -> None:
    token = created(run, "--role", "Owner", "--scope", "/", "--expires", "7")
    assert run("tokens", "revoke", token["id"]).status == 0
    found = json.loads(run("audit", "list", "--format", "json").out)
    assert [entry["action"] for entry in found] == ["TokenRevoked", "TokenCreated"]
    assert f"token {token['id']}: Owner at /; until " in found[1]["target"]
    assert all(entry["actor"].startswith("local") for entry in found)
    assert token["token"] not in run("audit", "list").out
    assert json.loads(run("audit", "list", "--since", "2199-01-01", "--format", "json").out) == []
