"""Whether the chain knows all rules that a strategy asks for."""

from __future__ import annotations

from tradefleet.graph.constant import NEVER
from tradefleet.research.batch.symbols import is_constant
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.strategies.trace import Traced

# Of these a combination has one value for all bars.
_ONE_VALUE = ("trailing_stop", "max_bars", "cooldown", "break_even", "trailing_distance", "pyramiding")


def fits(traced: Traced) -> bool:
    """Whether a strategy trades one side, whole positions, and enters at the market."""
    one_side = (traced.conditions.enter_long is NEVER) != (traced.conditions.enter_short is NEVER)
    whole = not traced.limit_entries and not traced.scale_out and not traced.aging and traced.size.kind != "kelly"
    return one_side and whole and all(is_constant(getattr(traced.levels, name)) for name in _ONE_VALUE)


def side_of(traced: Traced) -> tuple[float, int, int]:
    """The side of a strategy that trades one, and its flags to enter and to leave."""
    if traced.conditions.enter_short is NEVER:
        return 1.0, ENTER_LONG, EXIT_LONG
    return -1.0, ENTER_SHORT, EXIT_SHORT
