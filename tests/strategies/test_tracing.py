"""Tracing: symbolic and concrete give the same nodes; errors name file, line and cure."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet import indicators
from tradefleet.graph import close, crossed_above, crossed_below, high, rolling_max, where
from tradefleet.graph.plan import Plan
from tradefleet.indicators import atr, bollinger_bands, ema, rsi, sma
from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.market.generate import generate_bars
from tradefleet.strategies import Signals, Strategy, builtin_strategies, param, trace, trace_symbolic
from tradefleet.trading import amount, risk


class Plain(Strategy):
    fast = param(12, 5, 50)
    slow = param(26, 20, 200)
    width = param(2.0, 0.5, 4.0)

    def signals(self) -> Signals:
        quick, late = ema(close, self.fast), ema(close, self.slow * 2 + 1)
        bands = bollinger_bands(close, self.fast, self.width, abs(-self.width))
        return Signals(
            crossed_above(quick, late), close > bands.upper, stop_loss=self.width * atr(14) / close, tag="plain"
        )


class Branching(Strategy):
    fast = param(12, 5, 50)
    slow = param(26, 20, 200)

    def signals(self) -> Signals:
        average = ema if self.fast > 20 else sma
        return Signals(close > average(close, self.fast), close < sma(close, self.slow))


class Looping(Strategy):
    count = param(3, 1, 6)
    slow = param(26, 20, 200)

    def signals(self) -> Signals:
        met = close > sma(close, self.slow)
        for back in range(self.count):
            met = met & (close.shift(back) > close.shift(back + 1))
        return Signals(met)


class Naming(Strategy):
    period = param(20, 5, 50)
    level = param(1.0, 0.5, 2.0)

    def signals(self) -> Signals:
        return Signals(close > sma(close, self.period) * self.level, tag=f"sma {self.period}")


class Choosing(Strategy):
    period = param(20, 5, 50)
    kind = param("sma", choices=("sma", "ema"))

    def signals(self) -> Signals:
        averages = {"sma": sma, "ema": ema}
        return Signals(close > averages[self.kind](close, self.period))


class Leveled(Strategy):
    period = param(20, 5, 50)

    def signals(self) -> Signals:
        return Signals(close > rolling_max(high, self.period).shift(1), take_profit=self.stop_loss * 3)


OWN = [Plain, Branching, Looping, Naming, Choosing, Leveled]
# What must be read to be traced, so cannot stay a symbol.
READ = {Branching: {"fast"}, Looping: {"count"}, Naming: {"period"}}


def numbers_of(strategy: type[Strategy]) -> dict[str, Any]:
    """The parameters that are numbers."""
    return {name: p for name, p in strategy.declared().items() if p.type is not str}


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.parametrize("strategy", [*OWN, *builtin_strategies().values()], ids=lambda cls: cls.__name__)
def test_symbolic_trace_with_values_put_in_is_the_concrete_trace(strategy: type[Strategy], data: Any) -> None:
    skip = {"take_profit", "reward_risk"} if strategy is Leveled else {"take_profit"}
    values: dict[str, Any] = {}
    for name, parameter in numbers_of(strategy).items():
        if name in skip or (strategy is Plain and name == "stop_loss"):
            continue
        draw = st.integers if parameter.type is int else st.floats
        values[name] = data.draw(draw(parameter.low, min(parameter.high, 300)), name)
    if "reward_risk" in values and "stop_loss" in values:
        values["stop_loss"] = max(values["stop_loss"], 0.001)
    if strategy is Plain:
        values["reward_risk"] = 0.0
    concrete = strategy(**values)
    traced, symbolic = trace_symbolic(concrete, frozenset(values))
    assert symbolic == set(values) - READ.get(strategy, set())
    bound, expected = traced.bind(values), trace(concrete)
    assert [one is other for one, other in zip(bound.nodes, expected.nodes, strict=True)] == [True] * len(bound.nodes)
    assert (bound.tag, bound.size.kind) == (expected.tag, expected.size.kind)


def test_text_parameter_chooses_the_graph() -> None:
    assert trace(Choosing(kind="ema")).conditions.enter_long is trace(Choosing(kind="ema")).conditions.enter_long
    assert "ema" in repr(trace(Choosing(kind="ema")).conditions.enter_long)


def test_tracing_twice_gives_the_same_nodes() -> None:
    first, second = trace(Plain(fast=9)), trace(Plain(fast=9))
    assert [id(node) for node in first.nodes] == [id(node) for node in second.nodes]


@pytest.mark.parametrize(
    ("side", "silent"),
    [("long", ("enter_short", "exit_short")), ("short", ("enter_long", "exit_long")), ("both", ())],
)
def test_side_that_is_not_traded_never_signals(side: str, silent: tuple[str, ...]) -> None:
    conditions = trace(builtin_strategies()["ema_cross"](side=side)).conditions
    for name in conditions._fields:
        assert (repr(getattr(conditions, name)) == "False") is (name in silent)


# -- levels -------------------------------------------------------------------------------------------------------


def strategy_with(**fields: Any) -> type[Strategy]:
    """A strategy whose signals have these fields."""
    return type("Made", (Strategy,), {"signals": lambda self: Signals(**fields)})


def test_reward_risk_is_a_multiple_of_the_stop() -> None:
    levels = trace(strategy_with()(stop_loss=0.25, reward_risk=3)).levels
    (column,) = Plan([levels.take_profit]).over(generate_bars("1h", days=1)).columns
    assert np.all(column == 0.75)


def test_reward_risk_multiplies_a_stop_set_by_the_signals() -> None:
    stop = 2 * atr(14) / close
    levels = trace(strategy_with(stop_loss=stop)(reward_risk=3)).levels
    assert levels.stop_loss is stop
    assert repr(stop) in repr(levels.take_profit)


@pytest.mark.parametrize(("name", "given"), [("reward_risk", {"reward_risk": 2}), ("size", {"size": risk(0.01)})])
def test_what_needs_a_stop_says_so(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{name} is .*, but there is no stop_loss, in made; set stop_loss"):
        trace(strategy_with()(**given))


def test_risk_size_is_content_with_a_stop_set_by_the_signals() -> None:
    assert trace(strategy_with(stop_loss=atr(14) / close)(size=risk(0.01))).size.kind == "risk"


@pytest.mark.parametrize("name", ["stop_loss", "take_profit", "trailing_stop", "max_bars"])
def test_field_of_signals_replaces_the_parameter(name: str) -> None:
    node = where(close > 3, 1, 2)
    assert getattr(trace(strategy_with(**{name: node})()).levels, name) is node


@pytest.mark.parametrize("name", ["stop_loss", "take_profit", "trailing_stop", "max_bars", "size"])
def test_parameter_that_a_field_replaces_cannot_be_given(name: str) -> None:
    made = strategy_with(**{name: atr(14) / close})
    given = {name: 5 if name == "max_bars" else 0.5}
    with pytest.raises(
        ParameterError, match=f"{name} is set by the strategy's signals.*no effect, in made; leave it out"
    ):
        trace(made(**given))


def test_reward_risk_cannot_be_given_where_the_signals_set_take_profit() -> None:
    with pytest.raises(
        ParameterError, match="take_profit is set by the strategy's signals, so the parameter reward_risk"
    ):
        trace(strategy_with(take_profit=0.1)(reward_risk=2, stop_loss=0.01))


def test_parameter_that_the_signals_build_on_can_be_given() -> None:
    levels = trace(Leveled(stop_loss=0.25)).levels
    assert repr(levels.take_profit) == "0.75"


def test_tracing_again_finds_the_same_contradiction() -> None:
    strategy = strategy_with(stop_loss=0.1)(stop_loss=0.2)
    assert strategy.stop_loss == 0.2
    for _ in range(2):
        with pytest.raises(ParameterError, match="no effect"):
            trace(strategy)


def test_size_set_by_the_signals_brings_its_kind() -> None:
    assert trace(strategy_with(size=amount(100))()).size.kind == "amount"
    assert trace(strategy_with(size=0.5)()).size.kind == "fraction"
    assert trace(strategy_with()(size="amount:5")).size.kind == "amount"


# -- mistakes -----------------------------------------------------------------------------------------------------


def failing(signals: Any) -> tuple[Strategy, str]:
    """A strategy with these signals, and the file and line they begin at."""
    line = inspect.getsourcelines(signals)[1]
    return type("Failing", (Strategy,), {"signals": signals})(), f"{__file__}:{line}"


def mistake(signals: Any) -> tuple[StrategyError, str]:
    strategy, place = failing(signals)
    with pytest.raises(StrategyError) as caught:
        trace(strategy)
    return caught.value, place


def test_chained_comparison_names_file_line_and_cure() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(30 < rsi(close) < 70)

    error, place = mistake(signals)
    path, line = place.rsplit(":", 1)
    assert error.where == f"{path}:{int(line) + 1}"
    assert "neither true nor false" in error.message
    assert "(30 < x) & (x < 70), not 30 < x < 70" in error.cure


def test_python_and_is_met_with_the_operators() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(close > 3 and close < 4)

    assert "combine conditions with & | ~" in mistake(signals)[0].cure


def test_signals_that_return_nothing_say_what_to_return() -> None:
    def signals(self: Strategy) -> None:
        Signals()

    error, place = mistake(signals)
    assert (error.message, error.where, error.cure) == ("signals gave NoneType", place, "return Signals(...)")


def test_signals_that_raise_name_the_error_file_and_line() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(close > 1 / 0)

    error, place = mistake(signals)
    path, line = place.rsplit(":", 1)
    assert "ZeroDivisionError: division by zero" in error.message
    assert error.where == f"{path}:{int(line) + 1}"


def test_number_given_as_condition_names_field_and_place() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(exit_long=close)  # type: ignore[arg-type]

    error, place = mistake(signals)
    assert (error.message, error.where) == ("exit_long is close, not a condition", place)


def test_condition_given_as_level_is_refused() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(stop_loss=close > 3)

    assert "stop_loss is the condition (close > 3)" in str(mistake(signals)[0])


def test_tag_must_be_text() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(tag=3)  # type: ignore[arg-type]

    assert "tag is 3" in str(mistake(signals)[0])


def test_period_of_half_a_bar_names_file_and_line() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(crossed_below(close, sma(close, 12.5)))  # type: ignore[arg-type]

    strategy, place = failing(signals)
    with pytest.raises(ParameterError, match=r"12\.5, not a whole number") as caught:
        trace(strategy)
    assert caught.value.where.rsplit(":", 1)[0] == place.rsplit(":", 1)[0]


def test_look_into_the_future_is_refused() -> None:
    def signals(self: Strategy) -> Signals:
        return Signals(close.shift(-1) > close)

    assert "future" in str(mistake(signals)[0])


def test_strategys_own_except_does_not_hide_a_read() -> None:
    class Catching(Strategy):
        fast = param(12, 5, 50)

        def signals(self) -> Signals:
            try:
                period = int(self.fast)
            except Exception:  # noqa: BLE001
                period = 5
            return Signals(close > sma(close, period))

    traced, left = trace_symbolic(Catching(fast=30), frozenset({"fast"}))
    assert left == frozenset()
    assert traced.conditions.enter_long is trace(Catching(fast=30)).conditions.enter_long


def test_numpy_number_as_level_is_taken() -> None:
    assert repr(trace(strategy_with(stop_loss=np.float64(0.25))()).levels.stop_loss) == "0.25"


class Evading(Strategy):
    """Reads its parameters in ways that hide the read."""

    fast = param(12, 2, 100)
    kind = param("sma", choices=("sma", "ema"))
    way = param("dictionary", choices=("dictionary", "caught", "text", "name"))

    def signals(self) -> Signals:
        period, tag = self.fast, ""
        if self.way == "dictionary":
            period = self.parameters["fast"]
        elif self.way == "caught":
            try:
                period = int(self.fast)
            except BaseException:  # noqa: BLE001 - as careless as users may be
                period = 7
        elif self.way == "text":
            tag = f"{self!r}"
        return Signals(enter_long=close > getattr(indicators, self.kind)(close, period), tag=tag)


@pytest.mark.parametrize("way", ["dictionary", "caught", "text", "name"])
def test_a_hidden_read_is_noticed(way: str) -> None:
    symbolic, left = trace_symbolic(Evading(way=way), frozenset({"fast", "kind"}))
    values = dict.fromkeys(left, 20)
    wanted = trace(Evading(way=way, **values))
    assert "kind" not in left
    found = symbolic.bind(values)
    assert all(one is other for one, other in zip(found.nodes, wanted.nodes, strict=True))


def test_a_swept_parameter_that_signals_replace_is_refused() -> None:
    class Fixed(Strategy):
        def signals(self) -> Signals:
            return Signals(enter_long=close > 1, stop_loss=0.02)

    with pytest.raises(ParameterError, match="no effect"):
        trace_symbolic(Fixed(), frozenset({"stop_loss"}))


def test_what_signals_set_is_what_a_result_says() -> None:
    class Set(Strategy):
        def signals(self) -> Signals:
            return Signals(enter_long=close > 1, stop_loss=0.01, take_profit=atr(14) / close, size=risk(0.01))

    traced = trace(Set())
    assert traced.replaced["stop_loss"] == 0.01
    assert traced.replaced["size"] == "risk:0.01"
    assert "atr" in str(traced.replaced["take_profit"])
    assert trace(Set()).bind({}).replaced == traced.replaced


@pytest.mark.parametrize(("side", "cure"), [("long", "side=short"), ("short", "side=long")])
def test_a_side_that_no_entry_is_on_is_refused(side: str, cure: str) -> None:
    class One(Strategy):
        def signals(self) -> Signals:
            one = close > 1
            return Signals(enter_short=one) if self.side == "long" else Signals(enter_long=one)

    with pytest.raises(ParameterError, match=cure):
        try:
            trace(One(side=side))
        except ParameterError as error:
            raise ParameterError(str(error)) from None


@pytest.mark.parametrize("value", [-0.01, 2])
def test_a_constant_that_is_no_fraction_is_refused(value: float) -> None:
    class Wrong(Strategy):
        def signals(self) -> Signals:
            return Signals(enter_long=close > 1, stop_loss=value)

    with pytest.raises(ParameterError, match="stop_loss is"):
        trace(Wrong())


def test_an_init_of_its_own_is_refused() -> None:
    with pytest.raises(StrategyError, match="has an __init__ of its own"):

        class Own(Strategy):
            def __init__(self, fast: int = 10) -> None:
                self.period = fast
