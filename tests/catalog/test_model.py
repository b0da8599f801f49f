from datetime import timedelta

import pytest

from costplane.catalog.mentions import Mention, entries
from costplane.catalog.model import (
    BEGINNING,
    BillingAccount,
    Deployment,
    ManagementGroup,
    Resource,
    ResourceGroup,
    Subscription,
    lineage,
)
from costplane.errors import InvalidInput, InvalidScope

ACCOUNT = (
    "/subscriptions/S1/resourceGroups/Rg-Search/providers/Microsoft.CognitiveServices/accounts/Aoai"
)
PROJECT = "/providers/Microsoft.CostManagement/externalSubscriptions/proj-1"


def test_ids_are_lower_case_and_names_keep_theirs() -> None:
    resource = Resource(ACCOUNT, "Aoai", location="SwedenCentral")
    assert resource.id == ACCOUNT.lower()
    assert (resource.name, resource.location) == ("Aoai", "swedencentral")
    assert ResourceGroup("S1", "Rg-Search").id == "/subscriptions/s1/resourcegroups/rg-search"
    assert ResourceGroup("S1", "Rg-Search").name == "Rg-Search"


def test_a_resource_says_where_it_is_and_what() -> None:
    resource = Resource(ACCOUNT, "Aoai")
    assert (resource.subscription_id, resource.resource_group) == ("s1", "rg-search")
    assert resource.type == "microsoft.cognitiveservices/accounts"
    nested = Resource(ACCOUNT + "/projects/P", "P")
    assert nested.type == "microsoft.cognitiveservices/accounts/projects"


def test_an_external_project_is_its_own_resource() -> None:
    resource = Resource(PROJECT, "Search")
    assert (resource.subscription_id, resource.resource_group) == ("proj-1", None)
    assert resource.type == "microsoft.costmanagement/externalsubscriptions"
    assert Subscription("proj-1", "Search", "External").scope_id == resource.id


def test_scope_ids_follow_the_agreement() -> None:
    enterprise = BillingAccount("100001", "Contoso", "EnterpriseAgreement", "EUR")
    external = BillingAccount("OpenAI-Demo", "OpenAI", "External", "USD")
    assert enterprise.scope_id == "/providers/microsoft.billing/billingaccounts/100001"
    assert external.scope_id == (
        "/providers/microsoft.costmanagement/externalbillingaccounts/openai-demo"
    )
    assert ManagementGroup("Demo", "Demo").scope_id == (
        "/providers/microsoft.management/managementgroups/demo"
    )


def test_an_external_subscription_is_never_without_a_place() -> None:
    assert Subscription("p", "P", "External").billing_account_id == "unassigned"
    assert Subscription("s", "S").billing_account_id is None


def test_tags_come_from_the_resource_its_group_and_its_subscription() -> None:
    assert lineage(ACCOUNT) == (
        ACCOUNT.lower(),
        "/subscriptions/s1/resourcegroups/rg-search",
        "/subscriptions/s1",
    )
    assert lineage(PROJECT) == (PROJECT.lower(),)


@pytest.mark.parametrize("text", ["/subscriptions/s1", "/", "not an id", "/subscriptions/s1/x"])
def test_a_resource_has_a_resource_id(text: str) -> None:
    with pytest.raises(InvalidScope, match=r"/subscriptions/<id>"):
        Resource(text, "x")


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\ud800"])
def test_text_that_a_database_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"Subscription\.name"):
        Subscription("s1", name)


def test_an_id_is_no_path() -> None:
    with pytest.raises(InvalidInput, match="give the id alone"):
        Subscription("/subscriptions/s1", "One")
    with pytest.raises(InvalidInput, match="give the name alone"):
        ResourceGroup("s1", "rg/a")


def test_times_are_in_utc() -> None:
    with pytest.raises(InvalidInput, match=r"valid_from is 1970-01-01 00:00:00; give .* UTC"):
        Deployment(ACCOUNT, "chat", "gpt-4.1", valid_from=BEGINNING.replace(tzinfo=None))


def test_a_deployment_ends_after_it_starts() -> None:
    with pytest.raises(InvalidInput, match="ends at"):
        Deployment(ACCOUNT, "chat", "gpt-4.1", valid_from=BEGINNING, valid_to=BEGINNING)
    with pytest.raises(InvalidInput, match="at most 520"):
        Deployment(ACCOUNT, "c" * 521, "gpt-4.1")
    assert Deployment(ACCOUNT, "Chat", "GPT-4.1", valid_to=BEGINNING + timedelta(1)).name == "chat"


def test_a_mention_makes_unconfirmed_entries() -> None:
    found = entries(Mention(ACCOUNT, "Chat", "gpt-4.1", region="swedencentral"))
    assert found is not None
    assert found.subscription == Subscription("s1", "s1", confirmed=False)
    assert found.resource_group == ResourceGroup("s1", "rg-search", confirmed=False)
    assert found.resource == Resource(ACCOUNT, "aoai", "swedencentral", confirmed=False)
    assert found.deployment == Deployment(ACCOUNT, "chat", "gpt-4.1", confirmed=False)


def test_a_mention_without_group_or_deployment() -> None:
    found = entries(Mention(PROJECT, organisation="OpenAI-Demo"))
    assert found is not None
    assert (found.resource_group, found.deployment) == (None, None)
    assert found.subscription == Subscription("proj-1", "proj-1", "External", confirmed=False)
    assert found.organisation == "openai-demo"


@pytest.mark.parametrize(
    "mention",
    [
        Mention("/subscriptions/s1"),
        Mention(ACCOUNT.replace("S1", "\0")),
        Mention(ACCOUNT.replace("Rg-Search", "r" * 361)),
        Mention(ACCOUNT + "☂" * 700),
    ],
)
def test_a_mention_that_no_entry_could_have_is_left_out(mention: Mention) -> None:
    assert entries(mention) is None


@pytest.mark.parametrize("name", ["d" * 521, "a\0b", "\ud800"])
def test_a_deployment_that_cannot_be_stored_does_not_hide_its_resource(name: str) -> None:
    found = entries(Mention(ACCOUNT, name))
    assert found is not None
    assert (found.resource.id, found.deployment) == (ACCOUNT.lower(), None)


def test_a_fact_that_cannot_be_stored_is_unknown() -> None:
    found = entries(Mention(ACCOUNT, "chat", "\0", model_version=" ", region=""))
    assert found is not None
    assert found.deployment == Deployment(ACCOUNT, "chat", None, confirmed=False)
    assert found.resource.location is None
