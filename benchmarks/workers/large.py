"""One backtest of generated minute bars in a process of its own: seconds and peak memory (MB), as JSON.

Arguments: the folder of the columns, the plan (ema_cross or ten), the memory limit or `none`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

import tradefleet as tf
from tradefleet.graph import close
from tradefleet.indicators import adx, atr, bollinger_bands, cci, ema, macd, mfi, rsi, sma, stochastic


class Ten(tf.Strategy):
    """A plan of ten indicators."""

    def signals(self) -> tf.Signals:
        """Long where most of them say so."""
        bands, trend = bollinger_bands(close, 20), macd(close)
        up = (ema(close, 12) > ema(close, 26)) & (trend.histogram > 0) & (rsi(close, 14) > 55) & (adx(14) > 25)
        down = (close < bands.middle) | (cci(20) < -100) | (mfi(14) < 30) | (stochastic(14).k < 20)
        return tf.Signals(
            enter_long=up & (close > sma(close, 200)),
            exit_long=down,
            stop_loss=3 * atr(14) / close,
            size=tf.amount(1000),
        )


def read(path: Path) -> tf.Bars:
    """The bars of a folder, taken without a copy."""
    names = ("time", "open", "high", "low", "close", "volume")
    columns = [np.fromfile(path / name, np.int64 if name == "time" else np.float64) for name in names]
    for column in columns:
        column.flags.writeable = False
    return tf.Bars(*columns, timeframe="1m", symbol="GEN/USD")


def main(path: str, plan: str, memory: str) -> None:
    """Some bars first: they compile what is not compiled yet, and read TA-Lib."""
    bars = read(Path(path))
    strategy: tf.Strategy | str = Ten() if plan == "ten" else plan
    limit = None if memory == "none" else memory
    tf.backtest(strategy, bars[:2000])
    begin = time.perf_counter()
    result = tf.backtest(strategy, bars, memory=limit)
    seconds = time.perf_counter() - begin
    facts = {
        "bars": len(bars),
        "seconds": seconds,
        "trades": len(result.performance.profit),
        "final": repr(result.metrics["final_equity"]),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main(*sys.argv[1:])
