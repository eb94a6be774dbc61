"""Kernels compiled before workers need them."""

from __future__ import annotations

from functools import cache

from tradefleet.market.generate import generate_bars
from tradefleet.research.backtest import run_backtest
from tradefleet.research.settings import Settings
from tradefleet.strategies.builtin import BuyAndHold, EmaCross


@cache
def warm_kernels(*, together: bool = False) -> None:
    """Have the kernels of single backtests compiled and on disk, so that workers load them instead of all compiling.

    Those of one leg, or with `together` that of several on one wallet.
    """
    bars = generate_bars("1h", days=20)
    if together:
        run_backtest([EmaCross(fast=2, slow=3), BuyAndHold()], bars, Settings(), threads=1)
        return
    # A strategy that acts often is walked; one that holds is simulated from event to event.
    run_backtest(EmaCross(fast=2, slow=3), bars, Settings(), threads=1)
    run_backtest(BuyAndHold(), bars, Settings(), threads=1)
