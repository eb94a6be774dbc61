"""The columns of a sweep: what is kept of each combination."""

from __future__ import annotations

from tradefleet.metrics import MEASURES

CONFIRM = "confirm_"
# Measured of the confirmation part too, besides the objective.
CONFIRMED = ("total_return", "sharpe", "max_drawdown", "trades", "profit_factor", "win_rate")
PLACES = {name: place for place, name in enumerate(MEASURES)}


def confirmed(objective: str) -> tuple[str, ...]:
    """The measures of the confirmation part.

    >>> confirmed("calmar")[0], len(confirmed("sharpe"))
    ('calmar', 6)
    """
    return tuple(dict.fromkeys((objective, *CONFIRMED)))


def columns_of(objective: str, confirms: bool) -> tuple[str, ...]:
    """The names of the columns: all measures, and with `confirm_` in front those of the confirmation part."""
    return (*MEASURES, *(f"{CONFIRM}{name}" for name in confirmed(objective) if confirms))
