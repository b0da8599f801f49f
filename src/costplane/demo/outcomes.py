"""How calls end: statuses and finish reasons, with the shares that the demo gives them.

Every ending that Azure bills tells its usage, so that nothing in the demo is UsageMissing
(billing-rules 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Told = Literal["all", "half", "prompt", "nothing"]
"""How much of a call's usage is counted: with half of its answer, without one, not at all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way for a call to end. `share` is among the calls that were not throttled."""

    http_status: int
    error_code: str | None
    finish_reason: str | None
    told: Told
    share: float


THROTTLED = Outcome(429, "RateLimitReached", None, "nothing", 0.0)

OUTCOMES = (
    THROTTLED,
    Outcome(401, "PermissionDenied", None, "nothing", 0.0004),
    Outcome(404, "DeploymentNotFound", None, "nothing", 0.0002),
    Outcome(400, "content_filter", None, "prompt", 0.0035),
    Outcome(408, "RequestTimeout", None, "half", 0.0020),
    Outcome(499, "ClientClosedRequest", None, "half", 0.0015),
    Outcome(500, "InternalServerError", None, "nothing", 0.0010),
    Outcome(503, "ServiceUnavailable", None, "nothing", 0.0006),
    Outcome(200, None, "content_filter", "all", 0.0015),
    Outcome(200, None, "length", "all", 0.0150),
    Outcome(200, None, "stop", "all", 1.0),
)
"""In this order; the last takes what the others leave."""

_UPTO = np.cumsum([outcome.share for outcome in OUTCOMES])


def end(
    chance: npt.NDArray[np.float64], throttled: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """For each call its place in OUTCOMES, from a number in [0, 1) and its share of 429s."""
    others = (chance - throttled) / (1 - throttled)
    place = np.searchsorted(_UPTO[:-1], others, side="right")
    return np.where(chance < throttled, 0, place)


def told(kind: Told) -> npt.NDArray[np.bool_]:
    """Which of OUTCOMES tell their usage in this way."""
    return np.array([outcome.told == kind for outcome in OUTCOMES])
