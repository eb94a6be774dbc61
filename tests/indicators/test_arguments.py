"""What indicators take, and what they say when it is something else."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from tests.indicators.samples import IDS, INDICATORS, given_series, nodes_of

from tradefleet import indicators
from tradefleet.graph import Binder, Feed, Node, Symbolic, close, high, low, rolling, volume
from tradefleet.graph.symbolic import ConcreteRead
from tradefleet.indicators import (
    IndicatorInfo,
    adx,
    atr,
    beta,
    bollinger_bands,
    ema,
    heikin_ashi,
    highest,
    lowest,
    macd,
    moving_average,
    obv,
    rolling_sum,
    rsi,
    sma,
    variable_moving_average,
    vwma,
)
from tradefleet.market.errors import ParameterError, StrategyError, UserError

OTHER = Feed(*(node.shift(1) for node in (low, high, low, close, volume, close)))


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        (lambda: rsi(14), StrategyError, "rsi(close, 14)"),
        (lambda: rsi(Symbolic.parameter("n")), StrategyError, "rsi(close, n)"),
        (lambda: rsi(close > 1), StrategyError, "where(condition, 1, 0)"),
        (lambda: rsi("close"), StrategyError, "expression such as close"),
        (lambda: rsi(macd()), StrategyError, ".macd"),
        (lambda: rsi(close, 12.5), ParameterError, "whole number"),
        (lambda: rsi(close, True), ParameterError, "whole number"),
        (lambda: rsi(close, "14"), ParameterError, "whole number"),
        (lambda: rsi(close, None), ParameterError, "whole number"),
        (lambda: rsi(close, 1), ParameterError, "starts at 2"),
        (lambda: rsi(close, 10**20), ParameterError, "or less"),
        (lambda: rsi(close, 200_000), ParameterError, "ends at 100000"),
        (lambda: bollinger_bands(close, 20, float("nan")), ParameterError, "finite"),
        (lambda: bollinger_bands(close, 20, "2"), ParameterError, "a number"),
        (lambda: moving_average(close, 10, average="emma"), ParameterError, "did you mean 'ema'?"),
        (lambda: moving_average(close, 10, average=[]), ParameterError, "choose one of"),
        (lambda: obv(on=heikin_ashi()), StrategyError, "volume"),
        (lambda: atr(on="4h"), StrategyError, "4h"),
        (lambda: atr(on=close), StrategyError, "high"),
        (lambda: ema(close, 20, on=OTHER), StrategyError, "ema(x.close)"),
        (lambda: beta(close, 14), StrategyError, "beta(close, 14)"),
        (lambda: beta(close, None), StrategyError, "expression"),
    ],
)
def test_a_wrong_argument_names_the_cure(wrong: Callable[[], Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error) as raised:
        wrong()
    assert told in str(raised.value)


def test_source_is_the_close_of_on() -> None:
    assert ema(period=20) is ema(close, 20)
    assert ema(period=20, on=OTHER) is ema(OTHER.close, 20)
    assert atr(14, on=OTHER).call.inputs == (OTHER.high, OTHER.low, OTHER.close)
    assert vwma(high, 5).call.inputs == (high, volume)


def test_on_takes_whatever_has_the_columns() -> None:
    candles = heikin_ashi()
    assert atr(on=candles).call.inputs == (candles.high, candles.low, candles.close)
    assert adx(on=SimpleNamespace(high=high, low=low, close=close)) is adx()


def test_lower_width_follows_width_unless_given() -> None:
    assert bollinger_bands(close, 20, 3.0).lower is bollinger_bands(close, 20, 3.0, 3.0).lower
    assert bollinger_bands(close, 20, 3.0, 0.0).lower is not bollinger_bands(close, 20, 3.0).lower


def test_rolling_operators_and_indicators_are_the_same_calls() -> None:
    assert highest(high, 20) is rolling.rolling_max(high, 20)
    assert lowest(low, 20) is rolling.rolling_min(low, 20)
    assert sma(close, 20) is rolling.rolling_mean(close, 20)
    assert rolling_sum(volume, 20) is rolling.rolling_sum(volume, 20)


@pytest.mark.parametrize("name", ["bbands", "BBANDS", "willr", "cdldoji", "stddev", "HT_TRENDLINE", "mom"])
def test_talibs_name_is_answered_with_ours(name: str) -> None:
    with pytest.raises(StrategyError, match=r"TA-Lib's .* is .* here"):
        getattr(indicators, name)


def test_import_of_a_wrong_name_tells_the_right_one() -> None:
    with pytest.raises(StrategyError, match="TA-Lib's BBANDS is bollinger_bands here"):
        exec("from tradefleet.indicators import bbands")
    with pytest.raises(StrategyError, match="did you mean 'bollinger_bands'"):
        exec("from tradefleet.indicators import bolinger_bands")


def test_other_names_are_plainly_absent() -> None:
    assert not hasattr(indicators, "__wrapped__")
    assert not hasattr(indicators, "_private")
    assert not hasattr(indicators, "zzz")


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
def test_symbols_bound_to_values_give_the_concrete_nodes(info: IndicatorInfo) -> None:
    numbers = {name: value for name, value in info.parameters.items() if isinstance(value, int | float)}
    values = {name: value + (1 if isinstance(value, int) else 0.01) for name, value in numbers.items()}
    try:
        concrete = nodes_of(info, values)
    except UserError:
        values, concrete = numbers, nodes_of(info)
    try:
        symbolic = nodes_of(info, {name: Symbolic.parameter(name) for name in values})
    except ConcreteRead:
        pytest.fail(f"{info.name} reads a parameter's value while it is traced")
    binder = Binder(values)
    assert [binder.bind(node) for node in symbolic] == concrete


@pytest.mark.parametrize("info", INDICATORS, ids=IDS)
def test_asking_twice_gives_the_same_nodes(info: IndicatorInfo) -> None:
    first, second = nodes_of(info), nodes_of(info)
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert len(first) == len(info.outputs)
    assert all(isinstance(node, Node) for node in given_series(info))


def test_variable_period_reads_the_periods_series() -> None:
    assert variable_moving_average(close, high).call.inputs == (close, high)
