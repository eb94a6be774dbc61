"""What the chain runs on."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.metrics.figures import Terms
from tradefleet.simulation.blocks import Blocks
from tradefleet.simulation.chain.pyramid import Pyramid
from tradefleet.simulation.columns import BarColumns, Floats, Integers, at
from tradefleet.simulation.state import Leg


class Scene(NamedTuple):
    """What all cells run on: the bars, and the last bar of each day whose equity is measured, rising.

    `side` is 1.0 or -1.0, `rate` converts to the account's currency.
    """

    bars: BarColumns
    blocks: Blocks
    pyramid: Pyramid
    volume: Floats
    day_bars: Integers
    side: float
    rate: float
    terms: Terms


def knowing(leg: Leg, bars: BarColumns, volume: Floats, bar: int) -> Leg:
    """The leg, knowing range and volume of the bar closed last."""
    return Leg(
        leg.position, leg.leave, leg.entry, leg.last_exit, leg.record, leg.realised, leg.rate,
        bars.high[bar] - bars.low[bar], at(volume, bar), leg.carried, leg.bar,
    )  # fmt: skip
