"""Compiled twins of plain Python rules: the only package that imports Numba."""

from tradefleet.kernels.loops import compiled_loop
from tradefleet.kernels.simulators import (
    compiled_chain,
    compiled_hits,
    compiled_jump,
    compiled_program,
    compiled_walk,
    compiled_walk_together,
)

__all__ = [
    "compiled_chain",
    "compiled_hits",
    "compiled_jump",
    "compiled_loop",
    "compiled_program",
    "compiled_walk",
    "compiled_walk_together",
]
