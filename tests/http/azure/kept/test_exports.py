"""Exports over HTTP: kept under versions, asked to run."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.errors import DamagedData
from tests.http.azure.kept.kept_client import COST, GROUP, SUBSCRIPTION, Server, error_of

PATH = f"{SUBSCRIPTION}/{COST}/exports"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/costs"


def schedule(start: str = "2026-12-01", end: str | None = None, **changes: Any) -> dict[str, Any]:
    period = {"from": f"{start}T00:00:00Z"} | ({"to": f"{end}T00:00:00Z"} if end else {})
    return {"status": "Active", "recurrence": "Daily", "recurrencePeriod": period} | changes


def export(**changes: Any) -> dict[str, Any]:
    told = {
        "format": "Csv",
        "compressionMode": "gzip",
        "dataOverwriteBehavior": "OverwritePreviousReport",
        "partitionData": True,
        "exportDescription": "For finance.",
        "definition": {
            "type": "ActualCost",
            "timeframe": "MonthToDate",
            "dataSet": {"granularity": "Daily", "configuration": {"dataVersion": "2023-05-01"}},
        },
        "deliveryInfo": {
            "destination": {
                "type": "AzureBlob",
                "container": "exports",
                "resourceId": STORAGE,
                "rootFolderPath": "ad-hoc",
            }
        },
        "schedule": schedule(),
    }
    return {"properties": {k: v for k, v in (told | changes).items() if v is not None}}


def delivered(**changes: Any) -> dict[str, Any]:
    told = export()["properties"]["deliveryInfo"]["destination"] | changes
    return {"destination": {k: v for k, v in told.items() if v is not None}}


def test_created_read_and_removed(server: Server) -> None:
    made = server.call("PUT", f"{PATH}/Daily", export() | {"location": "centralus"})
    assert made.status_code == 201
    wanted = export()["properties"] | {"nextRunTimeEstimate": "2026-12-01T00:00:00Z"}
    wanted["deliveryInfo"]["destination"].pop("type")
    shown = made.json()
    assert shown["properties"] == wanted
    assert (shown["id"], shown["type"], shown["location"]) == (
        f"{PATH}/Daily",
        "Microsoft.CostManagement/exports",
        "centralus",
    )
    assert server.call("GET", f"{PATH}/daily").json() == shown
    assert server.call("GET", PATH).json() == {"value": [shown]}
    assert server.call("DELETE", f"{PATH}/daily").status_code == 200
    assert error_of(server.call("DELETE", f"{PATH}/daily"))[:2] == (404, "NotFound")


def test_an_update_tells_the_latest_etag(server: Server) -> None:
    first = server.call("PUT", f"{PATH}/e", export()).json()
    assert error_of(server.call("PUT", f"{PATH}/e", export())) == (400, "BadRequest", "eTag")
    second = server.call("PUT", f"{PATH}/e", first)
    assert second.status_code == 200
    assert error_of(server.call("PUT", f"{PATH}/e", first))[:2] == (412, "PreconditionFailed")
    last = server.call("PUT", f"{PATH}/e", export(), If_Match=second.json()["eTag"])
    assert last.status_code == 200


def test_what_get_answers_can_be_sent_back(server: Server) -> None:
    once = export(schedule=None)
    server.call("PUT", f"{PATH}/once", once)
    server.call("POST", f"{PATH}/once/run")
    read = server.call("GET", f"{PATH}/once?$expand=runHistory").json()
    assert read["properties"]["schedule"]["recurrence"] == "None"
    again = server.call("PUT", f"{PATH}/once", read)
    assert again.status_code == 200
    read["properties"].pop("runHistory")
    assert again.json()["properties"] == read["properties"]


def test_defaults(whole: Server) -> None:
    told = export(compressionMode=None, dataOverwriteBehavior=None, partitionData=None)
    made = whole.call("PUT", f"{PATH}/defaults", told).json()["properties"]
    assert (made["compressionMode"], made["dataOverwriteBehavior"]) == ("none", "CreateNewReport")


def test_a_secret_is_never_shown(server: Server) -> None:
    token = {"sasToken": "sv=2024&sig=secret", "storageAccount": "costs", "resourceId": None}
    made = server.call("PUT", f"{PATH}/t", export(deliveryInfo=delivered(**token)))
    server.call("POST", f"{PATH}/t/run")
    answers = [
        made,
        server.call("GET", f"{PATH}/t"),
        server.call("GET", PATH),
        server.call("GET", f"{PATH}/t/runHistory"),
        server.call("GET", f"{PATH}/t?$expand=runHistory"),
    ]
    assert not any("secret" in answer.text for answer in answers)
    kept = server.workspace.kept.store.everywhere("exports")
    again = server.call("PUT", f"{PATH}/t", made.json())
    assert again.status_code == 200
    (now,) = server.workspace.kept.store.everywhere("exports")
    assert now.document == kept[0].document
    assert sas_token(server) == "sv=2024&sig=secret"
    refused = server.call("PUT", f"{PATH}/new", made.json())
    assert error_of(refused)[2] == "properties.deliveryInfo.destination.sasToken"


def sas_token(server: Server, kind: str = "exports") -> str:
    """The one token that is kept, unsealed."""
    (kept,) = server.workspace.kept.store.everywhere(kind)
    (sealed,) = re.findall(r'"sasToken":"([^"]*)"', kept.document)
    return server.workspace.sealing.unseal(sealed)


def test_no_byte_of_a_secret_lies_in_the_data_folder(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = {"sasToken": "sig=hunter2hunter2", "storageAccount": "costs", "resourceId": None}
    server.call("PUT", f"{PATH}/t", export(deliveryInfo=delivered(**token)))
    server.call("POST", f"{PATH}/t/run")
    files = [file for file in server.workspace.data.rglob("*") if file.is_file()]
    assert any(file.name.startswith("control.sqlite") for file in files)
    assert [file for file in files if b"hunter2" in file.read_bytes()] == []
    assert "hunter2" not in caplog.text


def test_a_token_that_looks_sealed_is_sealed(server: Server) -> None:
    token = {"sasToken": "sealed:not", "storageAccount": "costs", "resourceId": None}
    server.call("PUT", f"{PATH}/t", export(deliveryInfo=delivered(**token)))
    assert sas_token(server) == "sealed:not"


def test_keys_turn_and_secrets_stay(server: Server) -> None:
    token = {"sasToken": "sig=hunter2", "storageAccount": "costs", "resourceId": None}
    server.call("PUT", f"{PATH}/t", export(deliveryInfo=delivered(**token)))
    server.call("POST", f"{PATH}/t/run")
    workspace = server.workspace
    pseudonyms, first = workspace.persons.pseudonym_key, workspace.sealing
    (before,) = workspace.kept.store.everywhere("exports")
    for _ in range(2):
        assert workspace.rotate_keys("test") == 3
        assert sas_token(server) == sas_token(server, "exports/runs") == "sig=hunter2"
    (after,) = workspace.kept.store.everywhere("exports")
    assert (after.etag, after.modified_by) == (before.etag, before.modified_by)
    (sealed,) = re.findall(r'"sasToken":"([^"]*)"', after.document)
    with pytest.raises(DamagedData, match="COSTPLANE_SEALING_KEYS"):
        first.unseal(sealed)
    again = Workspace.open(workspace.data)
    assert again.persons.pseudonym_key == pseudonyms
    again.close()
    assert len((workspace.data / "keys" / "sealing").read_text().split()) == 2
    assert workspace.accounts.store.audit(1)[0].action == "KeysRotated"


def test_a_run_is_queued_and_recorded(server: Server) -> None:
    server.call("PUT", f"{PATH}/e", export())
    days = {"timePeriod": {"from": "2026-10-01T00:00:00Z", "to": "2026-10-31T00:00:00Z"}}
    for body in (None, days):
        answer = server.call("POST", f"{PATH}/e/run", body)
        assert (answer.status_code, answer.content) == (200, b"")
    runs = server.call("GET", f"{PATH}/E/runHistory").json()["value"]
    assert len(runs) == 2
    (run,) = [run for run in runs if "startDate" in run["properties"]]
    assert re.fullmatch(rf"{re.escape(PATH)}/e/Run/[0-9a-f-]{{36}}", run["id"])
    settings = export(schedule=None)["properties"]
    settings["deliveryInfo"]["destination"].pop("type")
    assert run["properties"] == {
        "executionType": "OnDemand",
        "status": "Queued",
        "submittedBy": "owner",
        "submittedTime": "2026-11-20T12:00:00Z",
        "startDate": "2026-10-01T00:00:00Z",
        "endDate": "2026-10-31T00:00:00Z",
        "runSettings": settings,
    }


def test_run_history_is_embedded_when_asked_for(server: Server) -> None:
    server.call("PUT", f"{PATH}/e", export())
    server.call("PUT", f"{PATH}/other", export())
    for _ in range(12):
        server.call("POST", f"{PATH}/e/run")
    one = server.call("GET", f"{PATH}/e?$expand=runHistory").json()
    assert len(one["properties"]["runHistory"]["value"]) == 10
    assert "runHistory" not in server.call("GET", f"{PATH}/e").json()["properties"]
    listed = server.call("GET", f"{PATH}?$EXPAND=runhistory").json()["value"]
    assert [len(e["properties"]["runHistory"]["value"]) for e in listed] == [1, 0]
    assert len(server.call("GET", f"{PATH}/e/runHistory").json()["value"]) == 12


def test_runs_go_with_their_export(server: Server) -> None:
    server.call("PUT", f"{PATH}/e", export())
    server.call("POST", f"{PATH}/e/run")
    server.call("DELETE", f"{PATH}/e")
    assert error_of(server.call("GET", f"{PATH}/e/runHistory"))[0] == 404
    assert error_of(server.call("POST", f"{PATH}/e/run"))[0] == 404
    server.call("PUT", f"{PATH}/e", export())
    assert server.call("GET", f"{PATH}/e/runHistory").json()["value"] == []


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"timePeriod": {"from": "2026-10-02", "to": "2026-10-01"}}, "timePeriod"),
        ({"timePeriod": {"from": "2010-10-02", "to": "2026-10-01"}}, "timePeriod.from"),
        ({"timePeriod": {"from": "2026-10-02"}}, "timePeriod"),
        ({"period": {}}, "period"),
    ],
)
def test_days_that_no_run_has(whole: Server, body: dict[str, Any], target: str) -> None:
    whole.call("PUT", f"{PATH}/days", export())
    assert error_of(whole.call("POST", f"{PATH}/days/run", body)) == (400, "BadRequest", target)


@pytest.mark.parametrize(
    ("changes", "coming"),
    [
        ({"start": "2026-12-05"}, "2026-12-05T00:00:00Z"),
        ({"start": "2026-11-20"}, "2026-11-21T00:00:00Z"),
        ({"start": "2026-11-20", "recurrence": "Weekly"}, "2026-11-27T00:00:00Z"),
        ({"start": "2026-11-20", "recurrence": "Monthly"}, "2026-12-20T00:00:00Z"),
        ({"start": "2026-11-20", "recurrence": "Annually"}, "2027-11-20T00:00:00Z"),
        ({"start": "2026-11-20", "end": "2026-11-20"}, None),
        ({"status": "Inactive"}, None),
    ],
)
def test_the_next_run(server: Server, changes: dict[str, Any], coming: str | None) -> None:
    made = server.call("PUT", f"{PATH}/e", export(schedule=schedule(**changes)))
    assert made.status_code == 201
    assert made.json()["properties"].get("nextRunTimeEstimate") == coming


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"format": "Excel"}, "format"),
        ({"compressionMode": "snappy"}, "compressionMode"),
        ({"format": "Parquet"}, "compressionMode"),
        ({"definition": {"type": "Everything", "timeframe": "MonthToDate"}}, "definition.type"),
        ({"definition": {"type": "Usage", "timeframe": "TheLastWeek"}}, "definition.timeframe"),
        ({"definition": {"type": "Usage", "timeframe": "Custom"}}, "definition.timePeriod"),
        (
            {
                "definition": {
                    "type": "Usage",
                    "timeframe": "Custom",
                    "timePeriod": {"from": "2026-02-01", "to": "2026-01-01"},
                }
            },
            "definition.timePeriod",
        ),
        (
            {
                "definition": {
                    "type": "PriceSheet",
                    "timeframe": "TheCurrentMonth",
                    "dataSet": {"granularity": "Daily"},
                }
            },
            "definition.dataSet.granularity",
        ),
        (
            {"definition": {"type": "ReservationDetails", "timeframe": "MonthToDate"}},
            "format",
        ),
        ({"deliveryInfo": None}, None),
        ({"deliveryInfo": delivered(resourceId=None)}, "deliveryInfo.destination.resourceId"),
        ({"deliveryInfo": delivered(resourceId="costs")}, "deliveryInfo.destination.resourceId"),
        ({"deliveryInfo": delivered(container="../x")}, "deliveryInfo.destination.container"),
        (
            {"deliveryInfo": delivered(rootFolderPath="a/../../b")},
            "deliveryInfo.destination.rootFolderPath",
        ),
        (
            {"deliveryInfo": delivered(rootFolderPath="a\\..\\b")},
            "deliveryInfo.destination.rootFolderPath",
        ),
        ({"schedule": {"status": "Active"}}, "schedule.recurrence"),
        ({"schedule": schedule(recurrence="Hourly")}, "schedule.recurrence"),
        ({"schedule": schedule("2026-12-02", "2026-12-01")}, "schedule.recurrencePeriod"),
        ({"schedule": schedule("2026-11-19")}, "schedule.recurrencePeriod.from"),
        ({"schedules": {}}, "schedules"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    whole: Server, changes: dict[str, Any], target: str | None
) -> None:
    answer = error_of(whole.call("PUT", f"{PATH}/bad", export(**changes)))
    assert answer == (400, "BadRequest", f"properties.{target}" if target else "properties")


def test_a_start_that_has_passed_stays(server: Server) -> None:
    made = server.call("PUT", f"{PATH}/e", export(schedule=schedule("2026-11-20"))).json()
    kept = server.workspace.kept
    place = kept.store.everywhere("exports")[0].place
    earlier = kept.get(place, "e").document.replace("2026-11-20T", "2026-03-31T")
    kept.save(
        place, "e", lambda _: earlier.replace('Daily","recurrenceP', 'Monthly","recurrenceP'), "me"
    )
    read = server.call("GET", f"{PATH}/e").json()
    assert read["eTag"] != made["eTag"]
    assert read["properties"]["nextRunTimeEstimate"] == "2026-11-30T00:00:00Z"
    assert server.call("PUT", f"{PATH}/e", read).status_code == 200


def test_roles(server: Server) -> None:
    server.call("PUT", f"{PATH}/e", export())
    server.become("reader", ("Cost Management Reader", SUBSCRIPTION))
    assert server.call("GET", f"{PATH}/e/runHistory").status_code == 200
    for method, path in (("PUT", "e"), ("DELETE", "e"), ("POST", "e/run")):
        body = export() if method == "PUT" else None
        assert error_of(server.call(method, f"{PATH}/{path}", body))[:2] == (
            403,
            "RBACAccessDenied",
        )
    server.become("other", ("Cost Management Contributor", GROUP))
    assert error_of(server.call("GET", f"{PATH}/e"))[0] == 403
