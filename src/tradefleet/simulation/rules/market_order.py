"""Market orders: at the open of the next bar, slippage against us, rounded against us to the tick."""

from __future__ import annotations

from tradefleet.simulation.rules.steps import Steps, step_above, step_below


def slipped(price: float, direction: float, slippage: float, tick: Steps) -> float:
    """The price a market order gets: `direction` is 1.0 to buy, -1.0 to sell; slippage is a fraction.

    >>> slipped(100.0, 1.0, 0.001, Steps(1.0, 20.0))
    100.1
    """
    if direction > 0.0:
        return step_above(price * (1.0 + slippage), tick)
    return step_below(price * (1.0 - slippage), tick)
