"""Sweeps: every combination of a space measured, kept as it goes, ranked, and held against luck."""

from tradefleet.research.sweep.chunks import Chunks
from tradefleet.research.sweep.columns import columns_of
from tradefleet.research.sweep.keeping import Keeper, Nowhere, Part
from tradefleet.research.sweep.memory import check_memory, memory_needed, results_size
from tradefleet.research.sweep.parts import Parts, parts_of
from tradefleet.research.sweep.run import Plan, Progress, run_sweep
from tradefleet.research.sweep.sweep import Failure, Sweep

__all__ = [
    "Chunks",
    "Failure",
    "Keeper",
    "Nowhere",
    "Part",
    "Parts",
    "Plan",
    "Progress",
    "Sweep",
    "check_memory",
    "columns_of",
    "memory_needed",
    "parts_of",
    "results_size",
    "run_sweep",
]
