"""What is not look-ahead but misleads: two ways that differ, warm-up, sums beside constants, an RSI of nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from tests.graph.expressions import Tree, build, truths, values
from tests.research.check.leaks import HOURS, OfArrays, column, hours, long_when

from tradefleet.graph import (
    Node,
    Step,
    bars_since,
    close,
    crossed_above,
    in_session,
    series,
    symbol,
    time,
    timeframe,
    volume,
)
from tradefleet.graph.node import Operation, Run, Stepper, call
from tradefleet.indicators import ema, obv, rsi
from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars
from tradefleet.market.series import Series
from tradefleet.research import Data
from tradefleet.research.check import CheckResult, Finding, run_check
from tradefleet.strategies import Signals, Strategy
from tradefleet.strategies.load import builtin_strategies

OTHER = generate_bars("1h", days=110, seed=4, symbol="ETH/USD")


def check(enter: Callable[[], Node], bars: Bars = HOURS) -> CheckResult:
    return run_check([long_when(enter)], {bars.symbol: bars})


def kinds(found: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(each.severity, each.kind, each.column) for each in found]


def decay(state: tuple[float, ...], inputs: tuple[float, ...], parameters: tuple[float, ...]) -> Any:
    value = state[0] + (inputs[0] - state[0]) * parameters[0]
    return (value,), (value,)


def test_builtin_strategies_are_clean() -> None:
    result = run_check([found() for found in builtin_strategies().values()], {HOURS.symbol: HOURS})
    assert result.clean, str(result)
    assert [each.strategy for each in result.examined] == [cls.__name__ for cls in builtin_strategies().values()]


def test_feeds_sessions_and_steps_are_clean() -> None:
    slow = Step(decay, name="slow", initial=(0.0,), settling=lambda weight: 400)

    class Mixed(Strategy):
        stop_loss = 0.02
        session = "08:00-17:00 Europe/London mon-fri"

        def signals(self) -> Signals:
            four, other = timeframe("4h"), symbol("ETH/USD")
            rises = (four.close > ema(four.close, 5)) & (other.close > other.close.shift(3))
            calm = (series("fear") < 70) & in_session("00:00-20:00")
            return Signals(
                enter_long=crossed_above(ema(close, 5), call(slow, (close,), (0.1,)).nodes[0]) & rises & calm,
                exit_long=rsi(four.close, 7) > 70,
            )

    fear = Series("fear", HOURS.time[::24] + 900 * 10**9, 50 + 30 * np.sin(np.arange(len(HOURS.time[::24]))))
    data = Data({OTHER.symbol: OTHER}, series={"fear": fear})
    result = run_check([Mixed()], {HOURS.symbol: HOURS}, data=data)
    assert result.findings == (), str(result)
    assert result.examined[0].streamed == len(HOURS)


@settings(max_examples=10, deadline=None)
@given(truths(2), values())
def test_expressions_of_nodes_never_look_ahead(tree: Tree, given_: dict[str, float]) -> None:
    node = build(tree, given_)
    if isinstance(node, Node):
        result = check(lambda: node, hours(600))
        assert result.clean, str(result)


def test_a_stream_that_gives_something_else_is_found() -> None:
    (found,) = check(lambda: column("doubled", lambda x: 2 * x, close) > 5).errors
    assert (found.kind, found.column, found.value, found.known) == (
        "stream",
        "doubled(close)",
        2 * HOURS.close[0],
        HOURS.close[0],
    )


def test_an_operation_without_a_stream_is_found() -> None:
    class OnlyArrays(OfArrays):
        def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
            raise NotImplementedError("not written")

    only = OnlyArrays("only_arrays", lambda x: x)
    (found,) = check(lambda: ema(call(only, (close,)).nodes[0], 5) > close).errors
    assert (found.kind, found.column) == ("stream", "only_arrays(close)")
    assert "not written" in found.message and found.affects == ("enter_long",)


def test_a_step_that_settles_later_than_it_says_is_found() -> None:
    hasty = Step(decay, name="hasty", initial=(0.0,))
    (found,) = check(lambda: close > call(hasty, (close,), (0.01,)).nodes[0]).errors
    assert (found.kind, found.column) == ("warm_up", "hasty(close, 0.01)")
    # 0.99^916 is 1e-4: what is left of a start at 0 beside the price.
    assert "settles after 9" in found.message
    patient = Step(decay, name="patient", initial=(0.0,), settling=lambda weight: 1100)
    assert check(lambda: close > call(patient, (close,), (0.01,)).nodes[0]).findings == ()


def test_values_that_are_absent_are_a_warning() -> None:
    result = check(lambda: close / (close - close.shift(1)) > 3)
    flat = np.flatnonzero(np.diff(HOURS.close) == 0) + 1
    (found,) = result.findings
    assert (found.severity, found.kind, found.first_time) == ("warning", "warm_up", HOURS.time[flat[0]])
    assert f"at {len(flat)} bars" in found.message
    assert result.clean


def test_a_sum_beside_a_constant_is_a_warning() -> None:
    found = check(lambda: (obv() > 5000) & (bars_since(close > 100) < 5)).findings
    assert kinds(found) == [("warning", "cumulative", "obv(close, volume)")]


def test_sums_beside_themselves_are_not() -> None:
    assert check(lambda: (obv() > obv().shift(10)) & (obv() - obv().shift(20) > 5000)).findings == ()


def test_rsi_of_a_flat_market_is_a_warning() -> None:
    flat = np.full(300, 50.0)
    columns = [np.concatenate((flat, getattr(HOURS, name)[300:1500])) for name in ("open", "high", "low", "close")]
    bars = Bars(HOURS.time[:1500], *columns, timeframe="1h", symbol="FLAT/USD")
    found = [each for each in check(lambda: rsi(close, 14) < 30, bars).findings if each.kind == "flat_market"]
    assert kinds(found) == [("warning", "flat_market", "rsi(close, 14)")]
    assert found[0].first_time == HOURS.time[14]
    assert check(lambda: rsi(close, 14) < 30).findings == ()


def test_at_most_so_many_bars_are_used_and_it_is_said() -> None:
    result = run_check([long_when(lambda: ema(close, 5) > close)], {HOURS.symbol: HOURS}, most=1000)
    used = result.examined[0]
    assert (used.bars, used.available) == (1000 + 33, 3000)
    assert f"the first {used.bars:,} of 3,000 bars were used" in str(result)


def test_two_checks_are_the_same() -> None:
    one, other = (check(lambda: column("next", lambda x: np.roll(x, -1), close) > close) for _ in range(2))
    assert one == other and str(one) == str(other)


class _Sum(Operation):
    """A sum from the first bar on that is not marked as cumulative."""

    name = "total"

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Any, ...]:
        return (np.cumsum(inputs[0]),)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        total = 0.0

        def step(value: float) -> tuple[float, ...]:
            nonlocal total
            total += value
            return (total,)

        return step


def test_a_sum_that_is_not_marked_never_settles() -> None:
    (found,) = check(lambda: call(_Sum(), (volume,)).nodes[0] > time).errors
    assert found.kind == "warm_up" and "never settles" in found.message
