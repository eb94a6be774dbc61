"""Strategies that do well or misbehave as a parameter says, where other processes can import them."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tradefleet import Signals, Strategy, param
from tradefleet.graph import Node, close, crossed_above, crossed_below
from tradefleet.indicators import sma


def misbehave(how: str) -> None:
    """Do as the text says: raise, loop, exit, sleep or tell which process it is."""
    match how.partition(":"):
        case ("raise", _, _):
            raise ZeroDivisionError("as asked")
        case ("loop", _, _):
            while True:
                pass
        case ("exit", _, _):
            os._exit(3)
        case ("tell", _, folder):
            (Path(folder) / str(os.getpid())).touch()
            time.sleep(1000)


class OnBar(Strategy):
    """Long above an average, decided bar by bar."""

    length = param(10, 2, 500)
    how = param("well")

    def indicators(self) -> Mapping[str, Node]:
        return {"average": sma(close, self.length)}

    def on_bar(self, bar: Any, account: Any) -> None:
        misbehave(self.how)
        if bar.close > bar.average and not account.position:
            account.enter("long", stop_loss=0.02)
        elif bar.close < bar.average and account.position:
            account.exit()


class BySignals(Strategy):
    """The same by signals; it is traced for each value of `how`."""

    length = param(10, 2, 500)
    how = param("well")

    def signals(self) -> Signals:
        misbehave(str(self.how))
        average = sma(close, self.length)
        return Signals(crossed_above(close, average), crossed_below(close, average))


def same_bits(these: Any, those: Any) -> bool:
    """Whether two arrays are equal to the bit; without their bytes in the message where they are not."""
    return these.shape == those.shape and np.asarray(these).tobytes() == np.asarray(those).tobytes()
