"""Ends work at a chosen step, as a death of the process would."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest


class Stopped(BaseException):
    """Ends what runs. No code of the product catches it."""


def stop() -> NoReturn:
    """Stops at once."""
    raise Stopped


def stop_after(patched: pytest.MonkeyPatch, left: int, *steps: tuple[object, str]) -> None:
    """Stops once `left` of the steps are done, each a function and what has it."""

    def counted(original: Any) -> Any:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            result = original(*args, **kwargs)
            left -= 1
            if left == 0:
                raise Stopped
            return result

        return step

    for owner, name in steps:
        patched.setattr(owner, name, counted(getattr(owner, name)))
