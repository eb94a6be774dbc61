"""The compiled simulators."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tradefleet.graph.program import run_program
from tradefleet.kernels.twin import twin
from tradefleet.simulation.chain import chain_cells, find_hits
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


@cache
def compiled_chain() -> Callable[..., None]:
    """The twin of `simulation.chain.chain_cells`."""
    return twin(chain_cells, "chain_cells")  # type: ignore[arg-type]


@cache
def compiled_hits() -> Callable[..., None]:
    """The twin of `simulation.chain.find_hits`."""
    return twin(find_hits, "find_hits")  # type: ignore[arg-type]


@cache
def compiled_program() -> Callable[..., None]:
    """The twin of `graph.program.run_program`."""
    return twin(run_program, "run_program")  # type: ignore[arg-type]
