"""The walk for strategies that act bar by bar: the phases of the rule book, around a call of `on_bar` at each close."""

from tradefleet.simulation.on_bar.desk import Acting, Desk
from tradefleet.simulation.on_bar.walk import Walked, walk_desks

__all__ = ["Acting", "Desk", "Walked", "walk_desks"]
