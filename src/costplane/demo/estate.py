"""The demo's estate: who has which deployment, and what load it is given.

The facts stand in `data/estate.yaml`; ids are those of interfaces.md, "The demo's hierarchy".
The resource group of the replayed traces is not among them (trace_group.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from costplane.core.period import day_start

SUBSCRIPTION_ID = "d3a0c057-0000-4000-8000-000000000001"
"""The subscription of every group that names no other one."""
BILLING_ACCOUNT_ID = "100001"
"""The Enterprise Agreement that pays for the subscription."""

ACCOUNT_TYPE = "Microsoft.CognitiveServices/accounts"

Caching = Literal["none", "read", "read-write", "read-write-5m"]
Tokens = Literal["code", "conversation", "agent", "long-agent"]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model as Azure's catalogue has it, and how its provider tells what a call used.

    `reasoning` is the percentage of the output that is reasoning.
    """

    version: str
    provider: str = "azure.ai.openai"
    operation: Literal["chat", "embeddings"] = "chat"
    caching: Caching = "none"
    reasoning: int = 0


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A deployment and the load that it is given; estate.yaml says what each field means.

    `throttled` and `gateway_hits` are shares of its calls; `service` marks calls by programs,
    which have no user.
    """

    model: str
    type: str
    start: date
    rate: float
    rhythm: int
    weekend: float
    tokens: Tokens
    end: date | None = None
    callers: tuple[dict[str, str], ...] = ({},)
    throttled: float = 0.012
    gateway_hits: float = 0.0
    service: bool = False

    @property
    def valid_from(self) -> datetime:
        """Its first instant."""
        return day_start(self.start)

    @property
    def valid_to(self) -> datetime | None:
        """The instant from which it is gone; None while it stands."""
        return day_start(self.end) if self.end else None


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An AI account: where it is, how many people use it, its deployments by name."""

    region: str
    ahead: int
    users: int
    deployments: dict[str, Deployment]

    @property
    def kind(self) -> str:
        """Azure's kind of account: OpenAI where it has OpenAI's models alone."""
        families = {d.model.startswith(_OPENAI) for d in self.deployments.values()}
        return "OpenAI" if families == {True} else "AIServices"


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A resource group: its tags, its accounts by name, and the subscription that has it."""

    tags: dict[str, str]
    accounts: dict[str, Account]
    subscription: str = SUBSCRIPTION_ID


class Loop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One caller that calls a deployment over and over: `rate` requests an hour."""

    group: str
    account: str
    deployment: str
    start: datetime
    end: datetime
    rate: float
    tokens: Tokens


class Estate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of estate.yaml."""

    models: dict[str, Model]
    groups: dict[str, Group]
    loops: tuple[Loop, ...]

    def deployments(self) -> Iterator[Placed]:
        """Every deployment with what it stands on, in the file's order."""
        for group, facts in self.groups.items():
            for name, account in facts.accounts.items():
                for deployment, settings in account.deployments.items():
                    yield Placed(group, name, account, deployment, settings)


@dataclass(frozen=True, slots=True)
class Placed:
    """A deployment of the estate: names of its group, account and itself, and their facts."""

    group: str
    account_name: str
    account: Account
    name: str
    deployment: Deployment

    @property
    def resource_id(self) -> str:
        """Id of its account."""
        return account_id(self.group, self.account_name)


_OPENAI = ("gpt-", "o4-", "text-embedding-")


def group_id(group: str) -> str:
    """Scope id of a resource group of the demo, in Azure's spelling."""
    return f"/subscriptions/{subscription_id(group)}/resourceGroups/{group}"


def subscription_id(group: str) -> str:
    """The subscription that has a resource group."""
    facts = estate().groups.get(group)
    return facts.subscription if facts else SUBSCRIPTION_ID


def account_id(group: str, account: str) -> str:
    """Resource id of an AI account of the demo, in Azure's spelling."""
    return f"{group_id(group)}/providers/{ACCOUNT_TYPE}/{account}"


def data_file(name: str) -> bytes:
    """A file of the demo's data."""
    return files("costplane.demo").joinpath("data", name).read_bytes()


@cache
def estate() -> Estate:
    """The estate of estate.yaml."""
    return msgspec.yaml.decode(data_file("estate.yaml"), type=Estate)
