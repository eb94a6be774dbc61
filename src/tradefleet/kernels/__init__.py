"""Compiled twins of plain Python rules: the only package that imports Numba."""

from tradefleet.kernels.loops import compiled_loop
from tradefleet.kernels.walk import compiled_walk

__all__ = ["compiled_loop", "compiled_walk"]
