"""The compiled walk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tradefleet.kernels.twin import twin
from tradefleet.simulation.state import State
from tradefleet.simulation.walk import walk


@cache
def compiled_walk() -> Callable[..., State]:
    """The twin of `simulation.walk.walk`."""
    return twin(walk, "walk")  # type: ignore[arg-type]
