"""One registry names every quantity, for the command line and for the page."""

from __future__ import annotations

import json

from costplane.core.quantities import BY_NAME, QUANTITIES, display_name
from tests.environment.sources import ROOT


def test_a_display_name_tells_the_unit_where_the_label_does_not() -> None:
    assert display_name("storage_gb_days") == "Storage (GB-days)"
    assert display_name("consumption_units") == "Consumption units"
    assert display_name("input_text_cached") == "Cached input"
    assert display_name("training_hours") == "Training hours"
    assert display_name("annotated_pages") == "Annotated pages"
    assert display_name("of no registry") == "of no registry"


def test_no_two_quantities_are_called_the_same() -> None:
    assert len({quantity.display_name for quantity in QUANTITIES}) == len(BY_NAME)


def test_the_page_has_the_same_names() -> None:
    text = (ROOT / "web/src/core/quantities.json").read_text()
    assert json.loads(text) == {q.name: q.display_name for q in QUANTITIES}
