"""Strategies, values and settings that once had other measures or errors than single backtests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tradefleet.graph import close, constant, where
from tradefleet.indicators import atr, rsi, sma
from tradefleet.market.generate import generate_bars
from tradefleet.research import Data, Settings
from tradefleet.research.search.evaluator import Span
from tradefleet.strategies import Signals, Strategy, builtin_strategies, param
from tradefleet.trading.account import Account

from .agreeing import assert_agrees, batch_of
from .cases import Case

BARS = generate_bars("1h", days=30, seed=1)
EMA = builtin_strategies()["ema_cross"]


def signalling(signals: Any, **parameters: Any) -> type[Strategy]:
    return type("Made", (Strategy,), {"signals": signals, **parameters})


def case(
    strategy: type[Strategy],
    rows: Sequence[Mapping[str, Any]],
    fixed: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    span: Span | None = None,
) -> Case:
    data = Data({BARS.symbol: BARS})
    return Case(strategy, fixed or {}, BARS, settings or Settings(), data, rows, span or Span())


def each(name: str, *values: Any) -> list[dict[str, Any]]:
    return [{name: value} for value in values]


class Dip(Strategy):
    """Buys what has fallen, bar by bar."""

    bars = param(3)

    def on_bar(self, bar: Any, account: Any) -> None:
        if bar.close < bar.open and not account.position:
            account.enter("long", stop_loss=0.02, max_bars=self.bars)


# Conditions, and how many parameters of k they take.
TREND, FALL = close > sma(close, 5), close < sma(close, 5)
BY_SIGNALS: dict[str, tuple[Any, Any, Sequence[Any]]] = {
    "level by bar times a parameter": (lambda s: Signals(TREND, FALL, stop_loss=s.k * atr(5) / close), 1.0, (1.0, 3.0)),
    "size by bar times a parameter": (lambda s: Signals(TREND, FALL, size=s.k * rsi(close, 5) / 400), 1.0, (1.0, 3.0)),
    "priority looks back": (lambda s: Signals(TREND, FALL, priority=rsi(close, s.k)), 50, (50, 60)),
    "numbers looked back at": (lambda s: Signals(TREND, (constant(s.k) > 40.0).shift(30)), 50.0, (50.0, 30.0)),
    "no period": (lambda s: Signals(close > sma(close, s.k - 5), FALL), 9, (5, 8, 3, 7)),
    "division by zero": (lambda s: Signals(close > 100.0 / s.k, FALL), 9, (0, 1)),
    "level of no fraction": (lambda s: Signals(TREND, False, stop_loss=s.k / 2 - 1), 0.5, (1.0, 2.1, 2.0, -1.0, 8.0)),
    "negative timer": (lambda s: Signals(TREND, False, max_bars=s.k / 2 - 1), 0.5, (1.0, 7.0, -1.0)),
    "chosen number": (lambda s: Signals(TREND, FALL, stop_loss=where(constant(s.k) > 1, 0.01, 0.02)), 0.5, (1.0, 2.0)),
    "no number": (lambda s: Signals(close > s.k, FALL), 2.0, (float("nan"), float("inf"), 1e308, 100.0)),
    "overflow": (lambda s: Signals(close > s.k * 10, FALL), 2.0, (1e308, 10.0)),
    "mistake": (lambda s: Signals(close // s.k > 3, FALL), 2.0, (7.0, 7.5)),
}


@pytest.mark.parametrize("name", sorted(BY_SIGNALS))
def test_signals(name: str) -> None:
    signals, usual, values = BY_SIGNALS[name]
    assert_agrees(case(signalling(signals, k=param(usual)), each("k", *values)))


ROWS: dict[str, Sequence[Mapping[str, Any]]] = {
    "out of bounds": each("fast", 1, 5, 2000),
    "of another type": each("fast", "5", 5.0, 5.5, True, np.int64(5), "x", None),
    "a whole number where any is taken": each("stop_loss", 0, "0.1", 0.1, np.float64(0.2), 1),
    "out of bounds with a bad setting": [{"fee": 2.0, "fast": 1}, {"fee": 0.1, "fast": 1}],
    "a setting that the market refuses": [{"tick": 1000, "fast": 5}, {"tick": 1000, "fast": 1}],
    "two targets": [{"reward_risk": r, "take_profit": 0.1, "stop_loss": 0.1} for r in (2.0, 0.0)],
    "a timer longer than time": each("max_bars", 10**9, 3 * 10**6, 5, 0),
    "the whole price": each("stop_loss", 1.0, 0.5),
    "of no kind of size": each("size", "kelly:0.5", "x", 0.4, 2, "risk:0.01", "volatility:0.3"),
    "of no side": each("side", "long", "short", "both", "x"),
    "none": [{}, {}],
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_values(name: str) -> None:
    assert_agrees(case(EMA, ROWS[name], {} if "fast" in ROWS[name][0] else {"fast": 3, "slow": 8}))


def test_a_value_of_a_combination_comes_before_a_fixed_one() -> None:
    assert_agrees(case(EMA, each("fast", 5, 8), {"fast": 12}))
    assert_agrees(case(EMA, each("fee", 0.001, 0.002), {"fee": 2.0}))


def test_fixed_setting_that_is_refused_is_an_error_of_each_row() -> None:
    assert_agrees(case(EMA, each("fast", 5, 1), {"fee": 2.0}))


@pytest.mark.parametrize("span", [Span("2030-01-01"), Span("2024-01-05", "2024-01-04")])
def test_span_without_bars_is_an_error_of_each_row(span: Span) -> None:
    assert_agrees(case(EMA, each("fast", 5, 1), span=span))


def test_refused_currency_comes_after_refused_parameters() -> None:
    assert_agrees(case(EMA, each("fast", 5, 1), settings=Settings(account=Account(currency="EUR"))))


def test_strategies_that_act_bar_by_bar_are_backtested_one_by_one() -> None:
    assert_agrees(case(Dip, each("bars", 3, 5)))


def test_signals_that_do_not_keep_to_their_parameters_are_noticed() -> None:
    calls = [0]

    def counted(self: Any) -> Signals:
        calls[0] += 1
        return Signals(close > sma(close, 2 + calls[0] % 5), FALL)

    batch = batch_of(case(signalling(counted, k=param(2)), each("k", *range(8))))
    batch.measure(case(EMA, each("k", *range(8))).combinations)
    assert "every combination is traced by itself" in next(iter(batch.notes))


def test_type_of_a_parameter_that_signals_ask_for_is_noticed() -> None:
    def asking(self: Any) -> Signals:
        return Signals(close > sma(close, 5 if isinstance(self.k, float) else 50), FALL)

    assert_agrees(case(signalling(asking, k=param(2.0)), each("k", 7.0, 8.0)))


def test_default_that_signals_cannot_read_is_no_error_of_other_values() -> None:
    def dividing(self: Any) -> Signals:
        return Signals(close > sma(close, 5 if 1 / (self.k - 7) > 0 else 50), FALL)

    assert_agrees(case(signalling(dividing, k=param(7)), each("k", 6, 7, 8)))


def test_first_of_two_mistakes_is_told() -> None:
    def mistaken(self: Any) -> Signals:
        return Signals(TREND, FALL, stop_loss=0.01 if self.k**0.5 > 6 else 0.02)

    assert_agrees(case(signalling(mistaken, k=param(50.0)), each("k", -5.0, 40.0, 30.0), {"stop_loss": 0.02}))
