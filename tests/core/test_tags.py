"""Tags: keys without regard to case, values exact, the stronger layer first (billing-rules 24)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from costplane.core.tags import canonical, merge, parse, select

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
tag_sets = st.dictionaries(texts, texts, max_size=5)


@given(tag_sets)
def test_canonical_text_is_read_back(tags: dict[str, str]) -> None:
    assert parse(canonical(tags)) == tags


@given(tag_sets)
def test_equal_sets_are_equal_texts(tags: dict[str, str]) -> None:
    assert canonical(dict(reversed(tags.items()))) == canonical(tags)


def test_text_is_kept_as_it_is() -> None:
    assert canonical({"b": "Zürich", "a": 'x"y'}) == '{"a":"x\\"y","b":"Zürich"}'
    assert canonical({}) == "{}"
    assert parse(None) == parse("{}") == {}


def test_the_stronger_layer_stands_whatever_the_case() -> None:
    event, resource = {"Team": "Blue"}, {"team": "red", "CostCentre": "1"}
    assert merge([event, resource]) == {"Team": "Blue", "CostCentre": "1"}
    assert merge([resource, event]) == {"team": "red", "CostCentre": "1"}
    assert merge([]) == {}


@given(st.lists(tag_sets, max_size=4))
def test_every_key_is_there_once(layers: list[dict[str, str]]) -> None:
    merged = merge(layers)
    keys = [key.lower() for key in merged]
    assert len(keys) == len(set(keys))
    assert set(keys) == {key.lower() for layer in layers for key in layer}


def test_selected_keys_get_the_spelling_that_was_asked() -> None:
    tags = {"TEAM": "Blue", "Other": "x", "Cost-Centre": "7"}
    assert select(tags, ("team", "cost-centre", "environment")) == {
        "team": "Blue",
        "cost-centre": "7",
    }
    assert select(tags, ()) == {}
