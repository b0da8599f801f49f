import pytest

from costplane.catalog.model import BillingAccount, ManagementGroup, ResourceGroup, Subscription
from costplane.catalog.scopes import EVERYTHING, Hierarchy, ScopeNode, ScopeSelection
from costplane.core.scope import parse_scope
from costplane.errors import NotFound

GROUPS = "/providers/microsoft.management/managementgroups/"
EXTERNAL = "/providers/microsoft.costmanagement/external"

ESTATE = Hierarchy(
    (
        BillingAccount("100001", "Contoso", "EnterpriseAgreement", "EUR"),
        BillingAccount("openai-demo", "OpenAI", "External", "USD"),
    ),
    (ManagementGroup("demo", "Demo"), ManagementGroup("dev", "Development", parent="demo")),
    (
        Subscription("s1", "One", billing_account_id="100001", management_group_id="demo"),
        Subscription("s2", "Two", billing_account_id="100001", management_group_id="dev"),
        Subscription("s3", "Three"),
        Subscription("p1", "Search", "External", "openai-demo"),
    ),
)


@pytest.mark.parametrize(
    ("scope", "subscriptions"),
    [
        ("/subscriptions/S1", {"s1"}),
        (GROUPS + "demo", {"s1", "s2"}),
        (GROUPS + "dev", {"s2"}),
        ("/providers/Microsoft.Billing/billingAccounts/100001", {"s1", "s2"}),
        (EXTERNAL + "billingaccounts/openai-demo", {"p1"}),
        (EXTERNAL + "subscriptions/p1", {"p1"}),
    ],
)
def test_a_folder_holds_its_subscriptions(scope: str, subscriptions: set[str]) -> None:
    assert ESTATE.select(parse_scope(scope)) == ScopeSelection(frozenset(subscriptions))


def test_everything_is_no_filter() -> None:
    assert ESTATE.select(parse_scope("/")) == EVERYTHING == ScopeSelection(None, None, None)


def test_groups_and_resources_lie_in_one_subscription() -> None:
    group = "/subscriptions/s1/resourcegroups/rg-a"
    assert ESTATE.select(parse_scope(group)) == ScopeSelection(frozenset({"s1"}), "rg-a")
    resource = group + "/providers/microsoft.x/y/z"
    assert ESTATE.select(parse_scope(resource)) == ScopeSelection(
        frozenset({"s1"}), "rg-a", resource
    )


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("/subscriptions/s4", "SubscriptionNotFound"),
        ("/subscriptions/p1", "SubscriptionNotFound"),
        (EXTERNAL + "subscriptions/s1", "NotFound"),
        (GROUPS + "demo2", "NotFound"),
        ("/providers/microsoft.billing/billingaccounts/100001/departments/1", "NotFound"),
    ],
)
def test_an_unknown_scope_is_told_with_its_neighbours(scope: str, code: str) -> None:
    with pytest.raises(NotFound, match="did you mean") as raised:
        ESTATE.select(parse_scope(scope))
    assert (raised.value.error_code, raised.value.target) == (code, "scope")


def test_who_may_see_one_folder_is_told_of_no_other() -> None:
    with pytest.raises(NotFound) as raised:
        ESTATE.select(parse_scope("/subscriptions/s4/resourcegroups/rg-a"))
    assert "/subscriptions/s1" not in raised.value.message


def test_nothing_near_points_to_everything() -> None:
    with pytest.raises(NotFound, match="'/' is all that you may see"):
        Hierarchy().select(parse_scope("/subscriptions/s1"))


def test_management_groups_that_hold_each_other_end() -> None:
    ring = Hierarchy(
        (),
        (ManagementGroup("a", "A", parent="b"), ManagementGroup("b", "B", parent="a")),
        (Subscription("s1", "One", management_group_id="b"),),
    )
    assert ring.select(parse_scope(GROUPS + "a")).subscriptions == frozenset({"s1"})


def test_nodes_name_their_parents() -> None:
    nodes = {node.id: node for node in ESTATE.nodes([ResourceGroup("s1", "Rg-A")])}
    account = "/providers/microsoft.billing/billingaccounts/100001"
    assert nodes["/subscriptions/s1"] == ScopeNode(
        "/subscriptions/s1", "One", "Subscription", (account, GROUPS + "demo")
    )
    assert nodes[GROUPS + "dev"].parents == (GROUPS + "demo",)
    assert nodes["/subscriptions/s3"].parents == ()
    assert nodes[EXTERNAL + "subscriptions/p1"].kind == "ExternalSubscription"
    assert nodes["/subscriptions/s1/resourcegroups/rg-a"] == ScopeNode(
        "/subscriptions/s1/resourcegroups/rg-a", "Rg-A", "ResourceGroup", ("/subscriptions/s1",)
    )
    assert all(parent in nodes for node in nodes.values() for parent in node.parents)
