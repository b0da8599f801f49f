"""What is printed is exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from costplane.cli.output import plain, print_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("36.119948000000"), "36.119948"),
        (Decimal("1E-12"), "0.000000000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("100"), "100"),
        (Decimal("0.000"), "0"),
        (None, ""),
        (20261102, "20261102"),
    ],
)
def test_plain(value: object, text: str) -> None:
    assert plain(value) == text


def test_a_pipe_cuts_nothing_off(capsys: pytest.CaptureFixture[str]) -> None:
    long = "/subscriptions/" + "x" * 300
    print_table(("Cost", "ResourceId"), [(Decimal("1.10"), long), (Decimal("20"), "[b]y[/b]")])
    lines = capsys.readouterr().out.splitlines()
    assert any(long in line for line in lines)
    assert any("[b]y[/b]" in line for line in lines)
