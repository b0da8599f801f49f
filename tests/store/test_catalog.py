from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.catalog.model import (
    UNASSIGNED,
    BillingAccount,
    Deployment,
    ManagementGroup,
    Resource,
    ResourceGroup,
    Subscription,
)
from costplane.catalog.scopes import ScopeSelection
from costplane.catalog.tags import TagInterval
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, InvalidScope, NotFound
from costplane.store.control_plane import ControlPlane
from tests.store.values import START

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
GROUP = "/subscriptions/s1/resourcegroups/rg-a"
ACCOUNT = GROUP + "/providers/microsoft.cognitiveservices/accounts/aoai"
CONTOSO = BillingAccount("100001", "Contoso", "EnterpriseAgreement", "EUR")
CHAT = Deployment(ACCOUNT, "chat", "gpt-4.1", "2025-04-14", "GlobalStandard", 50, START)


def test_what_is_put_is_read_back(control: ControlPlane) -> None:
    folders = (ManagementGroup("root", "Root"), ManagementGroup("demo", "Demo", parent="root"))
    subscription = Subscription("s1", "Übung ☂", "Azure", "100001", "demo")
    group = ResourceGroup("s1", "Rg-A")
    resource = Resource(ACCOUNT, "Aoai", "swedencentral", "OpenAI", "S0")
    for _ in range(2):  # putting it again changes nothing
        control.catalog.put_billing_account(CONTOSO)
        control.catalog.put_management_group(*reversed(folders))
        control.catalog.put_subscription(subscription)
        control.catalog.put_resource_group(group)
        control.catalog.put_resource(resource)
        control.catalog.put_deployment(CHAT)
    estate = control.catalog.hierarchy()
    assert estate.billing_accounts == (CONTOSO,)
    assert estate.management_groups == tuple(sorted(folders, key=lambda folder: folder.id))
    assert estate.subscriptions == (subscription,)
    assert control.catalog.resource_groups() == [group]
    assert control.catalog.resource(ACCOUNT) == resource
    assert control.catalog.resource(ACCOUNT + "x") is None
    assert control.catalog.deployments() == [CHAT]


def test_putting_nothing_is_nothing(control: ControlPlane) -> None:
    control.catalog.put_billing_account()
    control.catalog.put_management_group()
    control.catalog.put_subscription()
    control.catalog.put_resource_group()
    control.catalog.put_resource()
    control.catalog.put_deployment()
    control.catalog.mention([])
    assert control.catalog.scopes() == []


def test_the_last_put_stands(control: ControlPlane) -> None:
    control.catalog.put_resource(Resource(ACCOUNT, "Aoai", kind="OpenAI"))
    control.catalog.put_resource(Resource(ACCOUNT.upper(), "Aoai", kind="AIServices"))
    assert control.catalog.resources() == [Resource(ACCOUNT, "Aoai", kind="AIServices")]


def test_a_resource_brings_its_parents_unconfirmed(control: ControlPlane) -> None:
    control.catalog.put_resource(Resource(ACCOUNT, "Aoai"))
    (subscription,) = control.catalog.hierarchy().subscriptions
    assert subscription == Subscription("s1", "s1", confirmed=False)
    assert control.catalog.resource_groups() == [ResourceGroup("s1", "rg-a", confirmed=False)]
    control.catalog.put_resource_group(ResourceGroup("s1", "Rg-A"))
    assert control.catalog.resource_groups() == [ResourceGroup("s1", "Rg-A")]


def test_an_external_subscription_stands_under_the_visible_node(control: ControlPlane) -> None:
    control.catalog.put_subscription(Subscription("p1", "Search", "External"))
    nodes = {node.id: node for node in control.catalog.scopes()}
    (project,) = [node for node in nodes.values() if node.kind == "ExternalSubscription"]
    assert project.parents == (UNASSIGNED.scope_id,)
    assert nodes[UNASSIGNED.scope_id].name == "Unassigned"


@pytest.mark.parametrize(
    ("subscription", "field"),
    [
        (Subscription("s1", "One", billing_account_id="9"), "billing_account_id"),
        (Subscription("s1", "One", management_group_id="9"), "management_group_id"),
    ],
)
def test_parents_come_first(control: ControlPlane, subscription: Subscription, field: str) -> None:
    with pytest.raises(InvalidInput, match=rf"{field} '9' is not in the catalog; put") as raised:
        control.catalog.put_subscription(subscription)
    assert raised.value.target == field
    with pytest.raises(InvalidInput, match="parent '9'"):
        control.catalog.put_management_group(ManagementGroup("a", "A", parent="9"))


def test_containment_is_exact(control: ControlPlane) -> None:
    names = ["rg-a", "rg-ab", "rg-b"]
    resources = [
        Resource(f"/subscriptions/s1/resourcegroups/{g}/providers/m.x/y/{n}", n)
        for g in names
        for n in ("z", "zz")
    ]
    control.catalog.put_resource(*resources)
    control.catalog.put_resource(Resource(resources[0].id.replace("/s1/", "/s11/"), "z"))
    select = control.catalog.select

    def within(scope: str) -> list[str]:
        return [r.id for r in control.catalog.resources(select(parse_scope(scope)))]

    assert within("/subscriptions/s1") == sorted(r.id for r in resources)
    assert within(GROUP.upper()) == [r.id for r in resources[:2]]
    assert within(resources[0].id) == [resources[0].id]
    assert len(within("/")) == 7
    assert control.catalog.resource_groups(ScopeSelection(frozenset({"s1"}), "rg-ab")) == [
        ResourceGroup("s1", "rg-ab", confirmed=False)
    ]
    assert control.catalog.resources(ScopeSelection(frozenset())) == []


@pytest.mark.parametrize(
    ("scope", "code", "near"),
    [
        ("/subscriptions/s2", "SubscriptionNotFound", "/subscriptions/s1"),
        (GROUP + "b", "ResourceGroupNotFound", GROUP),
        (ACCOUNT + "-2", "ResourceNotFound", ACCOUNT),
    ],
)
def test_an_unknown_scope_is_an_error_that_names_near_ones(
    control: ControlPlane, scope: str, code: str, near: str
) -> None:
    control.catalog.put_resource(Resource(ACCOUNT, "Aoai"))
    with pytest.raises(NotFound, match=f"did you mean .*{near}") as raised:
        control.catalog.select(parse_scope(scope))
    assert raised.value.error_code == code


def test_a_deployment_has_a_history(control: ControlPlane) -> None:
    newer = replace(CHAT, model="gpt-5.4", model_version="2026-03-05", valid_from=START + 10 * DAY)
    control.catalog.put_deployment(newer)
    control.catalog.put_deployment(CHAT)
    until = replace(CHAT, valid_to=newer.valid_from)
    assert control.catalog.deployments([ACCOUNT]) == [until, newer]
    # The same facts told again later are no change.
    control.catalog.put_deployment(replace(newer, valid_from=START + 20 * DAY))
    control.catalog.put_deployment(replace(CHAT, valid_from=START + DAY))
    assert control.catalog.deployments([ACCOUNT]) == [until, newer]
    ended = replace(newer, valid_to=START + 30 * DAY)
    control.catalog.put_deployment(ended)
    assert control.catalog.deployments() == [until, ended]
    assert control.catalog.deployments([ACCOUNT + "x"]) == []


def test_a_whole_history_can_be_put_at_once(control: ControlPlane) -> None:
    other = replace(CHAT, model="gpt-5.4", valid_from=START + 10 * DAY)
    again = replace(CHAT, valid_from=START + 20 * DAY)
    for _ in range(2):
        control.catalog.put_deployment(again, CHAT, other)
        assert control.catalog.deployments() == [
            replace(CHAT, valid_to=other.valid_from),
            replace(other, valid_to=again.valid_from),
            again,
        ]


def test_what_was_told_again_outlives_a_correction_before_it(control: ControlPlane) -> None:
    again, smaller = replace(CHAT, valid_from=START + 10 * DAY), replace(CHAT, capacity=15)
    for put in permutations((CHAT, again, replace(CHAT, valid_from=START + 20 * DAY))):
        control.catalog.put_deployment(CHAT)
        for entry in put:
            control.catalog.put_deployment(entry)
        assert control.catalog.deployments() == [CHAT]
        control.catalog.put_deployment(smaller)
        assert control.catalog.deployments() == [replace(smaller, valid_to=START + 10 * DAY), again]


def test_the_end_of_a_deployment_ends_what_was_told_again(control: ControlPlane) -> None:
    told = [replace(CHAT, valid_from=START + days * DAY) for days in (0, 10, 20, 40)]
    control.catalog.put_deployment(*told)
    ended = replace(CHAT, valid_to=START + 30 * DAY)
    control.catalog.put_deployment(ended)
    assert control.catalog.deployments() == [ended, told[-1]]
    control.catalog.put_deployment(replace(CHAT, capacity=15))
    assert control.catalog.deployments() == [
        replace(CHAT, capacity=15, valid_to=START + 10 * DAY),
        replace(told[1], valid_to=START + 30 * DAY),
        told[-1],
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from((15, 30))), max_size=8),
    st.integers(0, 3),
)
def test_a_history_is_what_was_told_last_of_each_instant(
    told: list[tuple[int, int]], parts: int
) -> None:
    """Whatever the order, and however many entries come at a time."""
    with TemporaryDirectory() as folder:
        control = ControlPlane.open(Path(folder) / "control.db")
        size = max(1, parts)
        for first in range(0, len(told), size):
            entries = (
                replace(CHAT, capacity=units, valid_from=START + day * DAY)
                for day, units in told[first : first + size]
            )
            control.catalog.put_deployment(*entries)
        found = {entry.valid_from: entry.capacity for entry in control.catalog.deployments()}
        control.close()
    want, held = {}, None
    for day, units in sorted(dict(told).items()):
        if units != held:
            want[START + day * DAY] = held = units
    assert found == want


def test_tags_told_again_outlive_a_correction_before_them(control: ControlPlane) -> None:
    for tags, days in (({"team": "a"}, 0), ({"team": "a"}, 10), ({"team": "b"}, 0)):
        control.catalog.put_tags(GROUP, tags, START + days * DAY)
    assert control.catalog.tag_history([GROUP]) == [
        TagInterval(GROUP, {"team": "b"}, START, START + 10 * DAY),
        TagInterval(GROUP, {"team": "a"}, START + 10 * DAY),
    ]


def test_tags_have_a_history(control: ControlPlane) -> None:
    put = control.catalog.put_tags
    put(GROUP.upper(), {"team": "b"}, START + 10 * DAY)
    put(GROUP, {"team": "a"}, START)
    put(GROUP, {"team": "a"}, START + DAY)  # no change
    put(GROUP, {}, START + 20 * DAY)
    put(ACCOUNT, {"Ümlaut": "☂"}, START)
    assert control.catalog.tag_history([GROUP]) == [
        TagInterval(GROUP, {"team": "a"}, START, START + 10 * DAY),
        TagInterval(GROUP, {"team": "b"}, START + 10 * DAY, START + 20 * DAY),
        TagInterval(GROUP, {}, START + 20 * DAY, None),
    ]
    assert len(control.catalog.tag_history()) == 4
    at = control.catalog.tags_at
    assert at([GROUP, ACCOUNT], START) == {GROUP: {"team": "a"}, ACCOUNT: {"Ümlaut": "☂"}}
    assert at([GROUP], START + 20 * DAY) == {}
    assert at([GROUP], START - DAY) == {}
    put(GROUP, {"team": "c"}, START)
    assert at([GROUP], START + DAY - SECOND) == {GROUP: {"team": "c"}}
    assert at([GROUP], START + DAY) == {GROUP: {"team": "a"}}  # as told again


@pytest.mark.parametrize("tags", [{"team": "a", "Team": "b"}, {" ": "a"}, {"a": "\ud800"}])
def test_tags_that_cannot_be_told_apart_or_stored_are_refused(
    control: ControlPlane, tags: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as raised:
        control.catalog.put_tags(GROUP, tags, START)
    assert raised.value.target == "tags"


def test_tags_are_on_subscriptions_groups_and_resources_in_utc(control: ControlPlane) -> None:
    with pytest.raises(InvalidScope, match="has no tags"):
        control.catalog.put_tags("/providers/Microsoft.Billing/billingAccounts/1", {}, START)
    with pytest.raises(InvalidInput, match="give an instant in UTC"):
        control.catalog.put_tags(GROUP, {}, START.replace(tzinfo=None))


def test_writers_of_tags_at_once_leave_no_gap_and_no_overlap(address: str) -> None:
    planes = [ControlPlane.open(address) for _ in range(2)]
    days = range(12)

    def put(day: int) -> None:
        planes[day % 2].catalog.put_tags(GROUP, {"day": str(day)}, START + day * DAY)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(put, reversed(days)))
    history = planes[0].catalog.tag_history([GROUP])
    assert [interval.tags["day"] for interval in history] == [str(day) for day in days]
    assert [i.valid_to for i in history[:-1]] == [i.valid_from for i in history[1:]]
    for plane in planes:
        plane.close()
