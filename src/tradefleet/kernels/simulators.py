"""The compiled simulators."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tradefleet.kernels.twin import twin
from tradefleet.simulation.jump import jump
from tradefleet.simulation.portfolio import walk_together
from tradefleet.simulation.state import State
from tradefleet.simulation.walk import walk


@cache
def compiled_walk() -> Callable[..., State]:
    """The twin of `simulation.walk.walk`."""
    return twin(walk, "walk")  # type: ignore[arg-type]


@cache
def compiled_jump() -> Callable[..., State]:
    """The twin of `simulation.jump.jump`."""
    return twin(jump, "jump")  # type: ignore[arg-type]


@cache
def compiled_walk_together() -> Callable[..., State]:
    """The twin of `simulation.portfolio.walk_together`."""
    return twin(walk_together, "walk_together")  # type: ignore[arg-type]
