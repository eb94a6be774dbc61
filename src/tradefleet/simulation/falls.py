"""How far equity falls while a position is held, blocks of bars that cannot change it passed over."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.simulation.blocks import LARGE, SMALL, Blocks, Extremes
from tradefleet.simulation.columns import BarColumns
from tradefleet.simulation.rules.drawdown import Drawdown, update_drawdown
from tradefleet.simulation.state import Position, Wallet


class Stake(NamedTuple):
    """What equity is made of while nothing happens: the balance, and the signed quantity held since a price."""

    balance: float
    amount: float
    entry_price: float
    rate: float


def stake_of(wallet: Wallet, held: Position, rate: float) -> Stake:
    """The stake of a position."""
    return Stake(wallet.balance, held.side * held.quantity, held.entry_price, rate)


def worth(stake: Stake, close: float) -> float:
    """The equity at a close."""
    return stake.balance + stake.amount * (close - stake.entry_price) * stake.rate


def fallen(
    drawdown: Drawdown, stake: Stake, index: int, stop: int, bars: BarColumns, blocks: Blocks, timeframe: int
) -> Drawdown:
    """The drawdown after the closes from `index` to before `stop`."""
    while index < stop:
        # The widths are written out: division by a constant is a shift.
        if index % LARGE == 0 and index + LARGE <= stop and _calm(blocks.large, index // LARGE, drawdown, stake):
            index += LARGE
            drawdown = below_peak(drawdown)
        elif index % SMALL == 0 and index + SMALL <= stop and _calm(blocks.small, index // SMALL, drawdown, stake):
            index += SMALL
            drawdown = below_peak(drawdown)
        else:
            for bar in range(index, min(index - index % SMALL + SMALL, stop)):
                drawdown = update_drawdown(drawdown, worth(stake, bars.close[bar]), bars.time[bar] + timeframe)
            index = min(index - index % SMALL + SMALL, stop)
    return drawdown


def _calm(part: Extremes, row: int, drawdown: Drawdown, stake: Stake) -> bool:
    """Whether no close of a block makes a new peak of equity or a deeper fall."""
    one, other = worth(stake, part.low_close[row]), worth(stake, part.high_close[row])
    return max(one, other) < drawdown.peak and min(one, other) >= drawdown.floor


def below_peak(drawdown: Drawdown) -> Drawdown:
    """The drawdown after closes below the peak that are not the deepest."""
    peak, peak_time, floor, deepest, longest, _ = drawdown
    return Drawdown(peak, peak_time, floor, deepest, longest, True)
