"""A ready set of features."""

from __future__ import annotations

from tradefleet.graph import Node, bars
from tradefleet.indicators.arguments import Prices
from tradefleet.indicators.momentum import momentum
from tradefleet.indicators.support_resistance import support_resistance
from tradefleet.indicators.talib_functions import ema, rsi, sma
from tradefleet.indicators.trend import trend

AVERAGE_PERIODS = (9, 14, 20, 50, 100, 200)


def features(*, on: Prices = bars) -> dict[str, Node]:
    """A ready set of features by name, on the close: averages, RSI, trend, momentum, support and resistance.

    `sma_9` ... `sma_200`, `ema_9` ... `ema_200` (periods 9, 14, 20, 50, 100, 200), `rsi_14`, `trend_*`,
    `momentum_*`, `support`, `resistance`; units, warm-up and formulas as in those functions.

    >>> sorted(features())[:4]
    ['ema_100', 'ema_14', 'ema_20', 'ema_200']
    >>> features()["rsi_14"] is rsi(period=14)
    True
    """
    averages = {"sma": sma, "ema": ema}
    nodes = {f"{name}_{n}": average(period=n, on=on) for name, average in averages.items() for n in AVERAGE_PERIODS}
    nodes["rsi_14"] = rsi(period=14, on=on)
    nodes |= {f"trend_{name}": node for name, node in trend(on=on)._asdict().items()}
    nodes |= {f"momentum_{name}": node for name, node in momentum(on=on)._asdict().items()}
    return nodes | support_resistance(on=on)._asdict()
