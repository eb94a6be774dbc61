"""The one strategy all three systems run: numbers that cross to the workers as JSON."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """An EMA cross with stop and target, a fixed amount of money a trade.

    The cash outlasts the losses (17,611 round trips in two years of minutes): nobody is cut or ruined.
    """

    fast: int = 12
    slow: int = 26
    stop_loss: float = 0.01
    take_profit: float = 0.02
    fee: float = 0.001
    amount: float = 1_000.0
    cash: float = 100_000.0
