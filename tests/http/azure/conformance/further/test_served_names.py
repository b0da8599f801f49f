"""What is served of the further clients are methods that they have."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from tests.http.azure.conformance.registry import CLIENTS, FURTHER


@pytest.mark.parametrize("client", CLIENTS)
def test_every_served_name_is_a_method(client: str, request: pytest.FixtureRequest) -> None:
    real: Any = request.getfixturevalue(client)
    served = [name.partition(".")[2] for name in FURTHER if name.startswith(f"{client}.")]
    assert served
    assert all(callable(attrgetter(name)(real)) for name in served)
