"""The out-of-sample curve: the tests of all windows behind one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradefleet.market.time import DAY
from tradefleet.metrics.performance import NOISE, Floats, Integers, Performance
from tradefleet.research.calendar import trading_days
from tradefleet.research.walk_forward.tested import Tested
from tradefleet.research.walk_forward.walking import Step


@dataclass(frozen=True, eq=False)
class Stitched:
    """The account that traded each window's choice in its test, one after another.

    `close_time` (UTC nanoseconds) and `equity` have a value a bar close of all bars from the first test to the last.
    Each test is simulated with the initial cash, begins flat, and its equity is scaled to what the account had by then
    (`scales`, one a window): gains compound, while lots and the least notional are those of the initial cash. What is
    open where a test ends is closed at its last close, and pays the taker's fee before the next test begins:
    `cut_short` such positions. Those of the last test stay open. In a window that is skipped, between tests that are
    apart, and after ruin, nothing changes.
    """

    initial_cash: float
    close_time: Integers
    equity: Floats
    scales: tuple[float, ...]
    cut_short: int
    performance: Performance


def stitched(steps: Sequence[Step], opens: Integers, bar: int, cash: float, periods_per_year: int) -> Stitched:
    """The out-of-sample account over bars that open at rising times and last `bar` nanoseconds.

    At least one step must have a result.
    """
    first, until = steps[0].window.test_since, steps[-1].window.test_until
    opens = opens[np.searchsorted(opens, first) : np.searchsorted(opens, until)]
    equity, carried, filled = np.empty(len(opens)), cash, 0
    each: list[Tested | None] = []
    for step in steps:
        begin, end = np.searchsorted(opens, (step.window.test_since, step.window.test_until))
        tested = _tested(step, carried, cash, ends=step is not steps[-1])
        equity[filled:begin] = carried
        equity[begin:end] = carried if tested is None else tested.equity()
        if tested is not None:
            carried = float(equity[end - 1]) - float(tested.exit_fees.sum())
        filled = int(end)
        each.append(tested)
    tests = [tested for tested in each if tested is not None]
    return Stitched(
        initial_cash=cash,
        close_time=opens + bar,
        equity=equity,
        scales=tuple(0.0 if tested is None else tested.scale for tested in each),
        cut_short=sum(tested.cut_short for tested in tests),
        performance=_performance(tests, cash, opens, opens + bar, equity, periods_per_year),
    )


def _tested(step: Step, carried: float, cash: float, *, ends: bool) -> Tested | None:
    """The test for an account that has so much; None where nothing is traded."""
    if step.result is None or carried <= NOISE * cash:
        return None
    return Tested(step.result, carried / step.result.performance.initial_cash, step.window.test_bars, ends)


def _performance(
    tests: Sequence[Tested], cash: float, opens: Integers, times: Integers, equity: Floats, periods: int
) -> Performance:
    # A day ends with the last bar that opens in it.
    days = np.flatnonzero(np.append(opens[1:] // DAY != opens[:-1] // DAY, True))
    days = days[trading_days(times[days], periods)]
    deepest, longest = _drawdown(equity, times, cash, int(opens[0]))
    return Performance(
        initial_cash=cash,
        equity_time=times[days],
        equity=equity[days],
        first_time=int(opens[0]),
        last_time=int(times[-1]),
        max_drawdown=deepest,
        max_drawdown_length=longest,
        exposure=sum(one.result.performance.exposure * one.bars for one in tests) / len(opens),
        profit=np.concatenate([one.profit for one in tests]),
        profit_ratio=np.concatenate([one.profit_ratio for one in tests]),
        fees=np.concatenate([one.fees for one in tests]),
        entry_time=np.concatenate([one.marks("entry_time") for one in tests]),
        exit_time=np.concatenate([one.marks("exit_time") for one in tests]),
        side=np.concatenate([one.marks("side") for one in tests]),
        open_trades=tests[-1].still_open,
        periods_per_year=periods,
        open_fees=tests[-1].open_fees,
    )


def _drawdown(equity: Floats, times: Integers, cash: float, start: int) -> tuple[float, int]:
    """The deepest fall from a peak as a fraction, and the longest time below one, by bar closes."""
    values, moments = np.concatenate(([cash], equity)), np.concatenate(([start], times))
    peaks = np.maximum.accumulate(values)
    at_peak = np.flatnonzero(values >= peaks)
    lengths = np.diff(moments[at_peak])[np.diff(at_peak) > 1]
    if at_peak[-1] < len(values) - 1:
        lengths = np.append(lengths, moments[-1] - moments[at_peak[-1]])
    return float(np.max(1.0 - values / peaks)), int(lengths.max(initial=0))
