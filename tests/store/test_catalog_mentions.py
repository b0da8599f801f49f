from concurrent.futures import ThreadPoolExecutor

from costplane.catalog.mentions import Mention
from costplane.catalog.model import UNASSIGNED, BillingAccount, Deployment, Resource, Subscription
from costplane.store.control_plane import ControlPlane
from tests.store.values import START

ACCOUNT = "/subscriptions/s1/resourcegroups/rg-a/providers/microsoft.cognitiveservices/accounts/a"
PROJECT = "/providers/microsoft.costmanagement/externalsubscriptions/proj-1"
OPENAI = BillingAccount("openai-demo", "OpenAI", "External", "USD")


def account_of(control: ControlPlane, subscription_id: str) -> str | None:
    found = {s.id: s.billing_account_id for s in control.catalog.hierarchy().subscriptions}
    return found[subscription_id]


def test_usage_fills_the_catalog_with_unconfirmed_entries(control: ControlPlane) -> None:
    control.catalog.mention([Mention(ACCOUNT, "chat", "gpt-4.1", region="swedencentral")])
    assert control.catalog.resource(ACCOUNT) == Resource(
        ACCOUNT, "a", "swedencentral", confirmed=False
    )
    assert control.catalog.deployments() == [
        Deployment(ACCOUNT, "chat", "gpt-4.1", confirmed=False)
    ]
    assert [node.id for node in control.catalog.scopes()] == [
        "/subscriptions/s1",
        "/subscriptions/s1/resourcegroups/rg-a",
    ]


def test_what_was_put_stays(control: ControlPlane) -> None:
    subscription = Subscription("s1", "One")
    resource = Resource(ACCOUNT, "A", "westeurope", "OpenAI")
    deployment = Deployment(ACCOUNT, "chat", "gpt-5.4", "2026-03-05", valid_from=START)
    control.catalog.put_subscription(subscription)
    control.catalog.put_resource(resource)
    control.catalog.put_deployment(deployment)
    control.catalog.mention([Mention(ACCOUNT, "chat", "gpt-4.1"), Mention(ACCOUNT, "code")])
    assert control.catalog.hierarchy().subscriptions == (subscription,)
    assert control.catalog.resources() == [resource]
    assert control.catalog.deployments() == [
        deployment,
        Deployment(ACCOUNT, "code", None, confirmed=False),
    ]


def test_a_put_entry_replaces_a_mentioned_one(control: ControlPlane) -> None:
    control.catalog.mention([Mention(ACCOUNT, "chat", "gpt-4.1")])
    put = Deployment(ACCOUNT, "chat", "gpt-4.1", "2025-04-14")
    control.catalog.put_deployment(put)
    assert control.catalog.deployments() == [put]


def test_an_unknown_account_is_unassigned_until_it_is_known(control: ControlPlane) -> None:
    mention = Mention(PROJECT, model="gpt-5.4", organisation="openai-demo")
    control.catalog.mention([mention])
    assert account_of(control, "proj-1") == UNASSIGNED.id
    assert UNASSIGNED in control.catalog.hierarchy().billing_accounts
    control.catalog.put_billing_account(OPENAI)
    control.catalog.mention([mention])
    assert account_of(control, "proj-1") == OPENAI.id


def test_a_known_organisation_gets_its_projects_at_once(control: ControlPlane) -> None:
    control.catalog.put_billing_account(OPENAI)
    control.catalog.mention([Mention(PROJECT, organisation="OpenAI-Demo")])
    assert account_of(control, "proj-1") == OPENAI.id


def test_a_confirmed_place_is_not_changed_by_usage(control: ControlPlane) -> None:
    control.catalog.put_billing_account(OPENAI)
    control.catalog.put_subscription(Subscription("proj-1", "Search", "External"))
    control.catalog.mention([Mention(PROJECT, organisation="openai-demo")])
    assert account_of(control, "proj-1") == UNASSIGNED.id


def test_impossible_ids_are_left_out_and_the_rest_is_taken(control: ControlPlane) -> None:
    control.catalog.mention([Mention("/subscriptions/x"), Mention(ACCOUNT), Mention(ACCOUNT)])
    assert [resource.id for resource in control.catalog.resources()] == [ACCOUNT]


def test_the_longest_ids_are_taken(control: ControlPlane) -> None:
    letters = "".join(chr(0x4E00 + n) for n in range(600))
    resource_id = ACCOUNT + letters
    control.catalog.mention([Mention(resource_id, letters[:170])])
    control.catalog.put_tags(resource_id, {"team": "a"}, START)
    assert [d.name for d in control.catalog.deployments([resource_id])] == [letters[:170]]


def test_many_at_once_from_several_writers(address: str) -> None:
    planes = [ControlPlane.open(address) for _ in range(2)]
    mentions = [
        Mention(ACCOUNT.replace("s1", f"s{n % 7}") + str(n % 300), f"d{n % 3}", "gpt-4.1")
        for n in range(900)
    ]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda plane: plane.catalog.mention(mentions), planes))
    assert len(planes[0].catalog.resources()) == len({m.resource_id for m in mentions})
    assert len(planes[1].catalog.deployments()) == len(
        {(m.resource_id, m.deployment) for m in mentions}
    )
    for plane in planes:
        plane.close()
