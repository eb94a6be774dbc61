"""What the page's script draws: candles, equity and trades, packed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from tradefleet.research.report.candles import BUDGET, pack_candles
from tradefleet.research.report.packing import (
    Column,
    pack_decimals,
    pack_floats,
    pack_integers,
    pack_texts,
    pack_times,
)
from tradefleet.research.report.run import Run

# Points of an equity line: beyond that, some hundred a screen pixel, the eye gains nothing.
MOST_POINTS = 20_000


def candle_sets(runs: Sequence[Run], budget: int = BUDGET) -> dict[str, Column]:
    """The candles of all runs by fingerprint: runs on the same bars share them, all share the budget."""
    distinct = {bars.fingerprint: bars for run in runs for bars in run.all_bars.values()}
    return {key: pack_candles(bars, budget // len(distinct)) for key, bars in distinct.items()}


def run_payload(run: Run) -> dict[str, Any]:
    """Equity, as a multiple of the initial cash from the first open on, and trades of one run."""
    rows = _rows(len(run.equity))
    points = _rows(len(run.by_symbol_time))
    return {
        "name": run.result.strategy,
        "symbols": [[symbol, bars.fingerprint] for symbol, bars in run.all_bars.items()],
        "start": run.start / 1e6,
        "end": run.end / 1e6,
        "cash": run.cash,
        "equity": {
            "time": pack_times(np.append(run.start, run.equity_time[rows])),
            "equity": pack_floats(np.append(1.0, run.equity[rows] / run.cash)),
            "held": pack_floats(np.append(1.0, run.held[rows] / run.cash)),
        },
        "by_symbol": {
            "names": list(run.by_symbol),
            "time": pack_times(run.by_symbol_time[points]),
            "lines": [pack_floats(values[points]) for values in run.by_symbol.values()],
        },
        "trades": _trades(run),
    }


def embedded(value: object) -> str:
    """JSON that is safe inside a script element, whatever texts it holds.

    >>> embedded("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _rows(count: int) -> np.ndarray:
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, MOST_POINTS).astype(np.int64))


def _trades(run: Run) -> Column:
    trades = run.trades
    return {
        "length": len(trades),
        "symbol": pack_texts(trades.symbol),
        "entry_time": pack_times(trades.entry_time),
        "exit_time": pack_times(trades.exit_time),
        "long": pack_integers(trades.long.astype(np.int64)),
        "quantity": pack_decimals(trades.quantity),
        "entry_price": pack_decimals(trades.entry_price),
        "exit_price": pack_decimals(trades.exit_price),
        "fees": pack_floats(trades.fees),
        "profit": pack_floats(trades.profit),
        "profit_ratio": pack_floats(trades.profit_ratio),
        "exit_reason": pack_texts(trades.exit_reason),
        "tag": pack_texts(trades.tag),
    }
