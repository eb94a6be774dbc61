"""Trades as columns of bar numbers and prices, from either side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import tradefleet as tf
from benchmarks.worker import Worker
from tradefleet import Signals, Strategy
from tradefleet.graph import volume

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ENTER, LEAVE = 1.0, 2.0


@dataclass(frozen=True)
class Order:
    """Which side is taken, and how far from the fill stop and target lie."""

    side: int  # 1 long, -1 short
    stop_loss: float
    take_profit: float

    @property
    def name(self) -> str:
        """For tables."""
        return f"{'long' if self.side > 0 else 'short'}, stop {self.stop_loss:.1%}, target {self.take_profit:.1%}"


@dataclass(frozen=True)
class Trades:
    """Entry and exit bar and fill price of each trade, in order of entry.

    One still open at the end exits at the bar after the last, at price 0.
    """

    entry: Ints
    exit: Ints
    entry_price: Floats
    exit_price: Floats

    def __len__(self) -> int:
        return len(self.entry)

    def row(self, index: int) -> tuple[int, int, float, float]:
        """Entry bar, exit bar, entry price, exit price."""
        prices = float(self.entry_price[index]), float(self.exit_price[index])
        return int(self.entry[index]), int(self.exit[index]), *prices


class Given(Strategy):
    """Enters where the volume says 1 and leaves where it says 2."""

    def signals(self) -> Signals:
        enter, leave = volume == ENTER, volume == LEAVE
        if self.side == "long":
            return Signals(enter_long=enter, exit_long=leave)
        return Signals(enter_short=enter, exit_short=leave)


def our_trades(bars: tf.Bars, enter: Ints, leave: Ints, order: Order) -> Trades:
    """Ours on given signals, which travel in the volume column; without a tick, so that levels are not rounded."""
    said = np.zeros(len(bars))
    said[leave] = LEAVE
    said[enter] = ENTER
    prices = bars.open, bars.high, bars.low, bars.close
    told = tf.Bars(bars.time, *prices, said, timeframe=bars.timeframe, symbol=bars.symbol)
    strategy = Given(
        side="long" if order.side > 0 else "short",
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        size=tf.amount(1_000.0),
    )
    result = tf.backtest(strategy, told, cash=1e9, fee=0.0, slippage=0.0)
    frame = result.trades.sort("entry_time")
    times = [frame[name].dt.epoch("ns").to_numpy() for name in ("entry_time", "exit_time")]
    entry, leaving = (np.searchsorted(bars.time, time) for time in times)
    still_open = (frame["exit_reason"] == "open").to_numpy()
    leaving = np.where(still_open, len(bars), leaving)
    price = np.where(still_open, 0.0, frame["exit_price"].to_numpy())
    return Trades(entry, leaving, frame["entry_price"].to_numpy(), price)


def their_trades(
    worker: Worker, bars: tf.Bars, enter: Ints, leave: Ints, order: Order, folder: Path
) -> tuple[Trades, list[int]]:
    """backtesting.py on the same signals, and the decision bars whose order it refused."""
    source, target = folder / "signals.npz", folder / "trades.npz"
    columns = {name: getattr(bars, name) for name in ("time", "open", "high", "low", "close")}
    np.savez(source, enter=enter, leave=leave, **columns)
    answer = worker.run(
        bars=str(source),
        trades=str(target),
        side=order.side,
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
    )
    columns = np.load(target)
    rows = np.argsort(columns["entry"], kind="stable")
    names = ("entry", "exit", "entry_price", "exit_price")
    return Trades(*(columns[name][rows] for name in names)), answer["refused"]
