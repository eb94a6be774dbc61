"""The chain: many combinations of one leg's parameters, each from entry to exit to the next entry.

Where nothing but its own levels and signals ends a position, the bar in which it ends depends on the bar of its entry
alone and not on money. So those bars are found once for each entry and shared by all combinations that have the level.
"""

from tradefleet.simulation.chain.cells import Cells, Choices, Scratch, Shared, chain_cells, new_scratch
from tradefleet.simulation.chain.hits import find_hits
from tradefleet.simulation.chain.pyramid import Pyramid, pyramid_of
from tradefleet.simulation.chain.scene import Scene

__all__ = [
    "Cells",
    "Choices",
    "Pyramid",
    "Scene",
    "Scratch",
    "Shared",
    "chain_cells",
    "find_hits",
    "new_scratch",
    "pyramid_of",
]
