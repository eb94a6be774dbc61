"""Buy and hold of Bars: symbols that start late and pause, on one timeline."""

from __future__ import annotations

import numpy as np
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY, HOUR
from tradefleet.research.holding import buy_and_hold


def hours(first: int, closes: list[float], symbol: str) -> Bars:
    """Bars that open at the close before; a NaN is an hour without a bar."""
    rows = [(first + at, close) for at, close in enumerate(closes) if close == close]
    close = np.array([value for _, value in rows])
    start = np.concatenate((close[:1], close[:-1]))
    time = np.array([at for at, _ in rows], dtype=np.int64) * HOUR
    return Bars(
        time, start, np.maximum(start, close), np.minimum(start, close), close, close, timeframe="1h", symbol=symbol
    )


def test_one_symbol_is_its_closes() -> None:
    bars = hours(0, [10.0] + [20.0] * 23 + [15.0] * 3, "A")
    days = np.array([DAY, DAY + 3 * HOUR])
    run = buy_and_hold([bars], 1_000.0, 0.25, days, 365)
    assert run.equity.tolist() == [1_600.0, 1_200.0]
    assert (run.first_time, run.last_time) == (0, DAY + 3 * HOUR)
    assert run.max_drawdown == pytest.approx(0.25)


def test_symbols_get_equal_shares_and_a_late_one_is_cash_till_its_first_bar() -> None:
    early = hours(0, [10.0, 20.0, 30.0, 40.0], "A")
    late = hours(2, [5.0, 10.0], "B")
    run = buy_and_hold([early, late], 1_000.0, 0.0, np.array([1, 2, 3, 4]) * HOUR, 365)
    assert run.equity.tolist() == [1_000.0, 1_500.0, 2_000.0, 3_000.0]


def test_symbol_without_a_bar_keeps_its_last_close() -> None:
    whole = hours(0, [10.0, 10.0, 10.0, 10.0], "A")
    gone = hours(0, [10.0, float("nan"), 20.0], "B")
    run = buy_and_hold([whole, gone], 1_000.0, 0.0, np.array([1, 2, 3, 4]) * HOUR, 365)
    assert run.equity.tolist() == [1_000.0, 1_000.0, 1_500.0, 1_500.0]


def test_fee_is_paid_out_of_the_cash() -> None:
    run = buy_and_hold([hours(0, [10.0], "A")], 1_000.0, 0.001, np.array([HOUR]), 365)
    assert run.equity[0] == pytest.approx(1_000 / 1.001)
    assert run.open_fees + run.equity[0] == pytest.approx(1_000)
