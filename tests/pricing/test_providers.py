"""Who serves a model: the table of providers, and keys that name one."""

from dataclasses import replace

import pytest

from costplane.errors import InvalidPriceSheet
from costplane.pricing.model_key import ModelKey
from costplane.pricing.providers import provider_family, provider_label, serving_provider

AZURE = ModelKey("gpt-4.1", None, "Global", "Standard", "input_text")
DIRECT = replace(AZURE, deployment_scope=None, provider="openai")


@pytest.mark.parametrize(
    ("told", "family"),
    [
        ("azure.ai.openai", "azure"),
        (" Azure.AI.Inference ", "azure"),
        ("OpenAI", "openai"),
        ("google", "gcp.gemini"),
        ("vertex_ai-anthropic_models", "gcp.vertex_ai"),
        ("bedrock_converse", "aws.bedrock"),
        ("in-house", "in-house"),
    ],
)
def test_a_provider_has_one_name(told: str, family: str) -> None:
    assert provider_family(told) == family
    assert provider_family(family) == family


def test_labels() -> None:
    assert provider_label("aws.bedrock") == "Amazon Bedrock"
    assert provider_label("in-house") == "in-house"


def test_a_call_to_an_azure_resource_is_priced_by_azure_whoever_made_the_model() -> None:
    assert serving_provider("anthropic", in_azure=True) == "azure"
    assert serving_provider(None, in_azure=True) == "azure"
    assert serving_provider("Anthropic", in_azure=False) == "anthropic"
    assert serving_provider(" ", in_azure=False) is None


def test_azure_alone_has_deployment_scopes() -> None:
    with pytest.raises(InvalidPriceSheet, match="deployment_scope is None; use one of Global"):
        replace(AZURE, deployment_scope=None)
    with pytest.raises(InvalidPriceSheet, match="openai does not have; leave it out"):
        replace(DIRECT, deployment_scope="Global")


@pytest.mark.parametrize("name", ["", "OpenAI", " openai"])
def test_a_provider_is_named_in_lower_case(name: str) -> None:
    with pytest.raises(InvalidPriceSheet, match="such as openai") as raised:
        replace(DIRECT, provider=name)
    assert raised.value.target == "provider"
