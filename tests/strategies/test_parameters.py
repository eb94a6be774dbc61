"""Strategy parameters: types, bounds, text from the command line, and what they promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.strategies import EmaCross, RsiReversion, Signals, Strategy, builtin_strategies, param
from tradefleet.strategies.strategy import snake_case
from tradefleet.trading import Size, amount, parse_size, risk

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("value", [12, 12.0, "12", " 12 ", "12.0", np.int64(12), np.uint8(12), np.float64(12.0)])
def test_whole_number_is_taken_in_any_exact_form(value: Any) -> None:
    fast = EmaCross(fast=value).fast
    assert fast == 12 and type(fast) is int


@pytest.mark.parametrize("value", [12.5, "12.5", "twelve", "", True, None, [12], np.array([12]), np.array([1, 2]), NAN])
def test_what_is_no_whole_number_is_refused_naming_parameter_and_strategy(value: Any) -> None:
    with pytest.raises(ParameterError, match=r"fast is .*, in ema_cross; give a whole number"):
        EmaCross(fast=value)


@pytest.mark.parametrize("value", [0.25, "0.25", np.float64(0.25), np.float32(0.25)])
def test_number_is_taken_in_any_form(value: Any) -> None:
    stop = EmaCross(stop_loss=value).stop_loss
    assert stop == 0.25 and type(stop) is float


def test_whole_number_becomes_a_float_where_the_default_is_one() -> None:
    entry = RsiReversion(entry=25).entry
    assert entry == 25.0 and type(entry) is float


@pytest.mark.parametrize("value", [NAN, INF, -INF, "nan", "inf", np.float64("nan")])
def test_number_that_is_not_finite_is_refused_even_without_bounds(value: Any) -> None:
    class Free(Strategy):
        level = param(1.0)

    with pytest.raises(ParameterError, match=r"level is .*give a number"):
        Free(level=value)


@pytest.mark.parametrize(("value", "fits"), [(1, False), (2, True), (1000, True), (1001, False)])
def test_bounds_are_included(value: int, fits: bool) -> None:
    if fits:
        assert EmaCross(fast=value).fast == value
    else:
        with pytest.raises(ParameterError, match=f"fast is {value}, out of bounds.*choose 2 to 1000"):
            EmaCross(fast=value)


def test_misspelt_parameter_is_met_with_the_nearest_one() -> None:
    with pytest.raises(ParameterError, match=r"ema_cross has no parameter 'fsat'; did you mean 'fast'\?"):
        EmaCross(fsat=12)
    with pytest.raises(ParameterError, match=r"did you mean 'size'\?"):
        EmaCross(siez=0.5)


def test_side_is_one_of_three() -> None:
    assert EmaCross(side="both").side == "both"
    with pytest.raises(ParameterError, match=r"side is 'lnog', in ema_cross; did you mean 'long'\?"):
        EmaCross(side="lnog")


def test_default_must_fit_its_own_bounds_and_choices() -> None:
    with pytest.raises(ParameterError, match="default is 3, out of bounds"):
        param(3, 5, 10)
    with pytest.raises(ParameterError, match="default is 4"):
        param(4, choices=(3, 5))


@pytest.mark.parametrize("default", [True, None, [1], (1, 2)])
def test_default_of_another_type_is_refused_with_a_cure(default: Any) -> None:
    with pytest.raises(ParameterError, match="give a number or text"):
        param(default)


def test_take_profit_and_reward_risk_exclude_each_other() -> None:
    with pytest.raises(ParameterError, match="both reward_risk and take_profit are set, in ema_cross"):
        EmaCross(stop_loss=0.01, take_profit=0.02, reward_risk=2)


@pytest.mark.parametrize("name", ["fast", "side", "stop_loss", "size"])
def test_parameters_of_a_strategy_that_exists_cannot_be_set(name: str) -> None:
    strategy = EmaCross()
    with pytest.raises(ParameterError, match=rf"{name} cannot be set .* make a new one: EmaCross\({name}="):
        setattr(strategy, name, 20)


def test_dictionary_of_parameters_is_a_copy() -> None:
    strategy = EmaCross(fast=9)
    strategy.parameters["fast"] = 33
    assert strategy.fast == strategy.parameters["fast"] == 9


def test_class_shows_the_parameter_and_instance_its_value() -> None:
    assert (EmaCross.fast.low, EmaCross.fast.high, EmaCross.fast.default) == (2, 1000, 12)
    assert EmaCross().fast == 12


def test_two_instances_do_not_share_values() -> None:
    one, other = EmaCross(fast=5), EmaCross(fast=9)
    assert (one.fast, other.fast) == (5, 9)


def test_repr_names_what_was_given_and_makes_the_same_strategy() -> None:
    assert repr(EmaCross()) == "EmaCross()"
    strategy = EmaCross(fast=9, side="both", size="risk:0.01", stop_loss=0.02)
    assert repr(strategy) == "EmaCross(fast=9, side='both', stop_loss=0.02, size='risk:0.01')"
    assert eval(repr(strategy)).parameters == strategy.parameters


def test_every_builtin_has_the_common_parameters_after_its_own() -> None:
    common = [
        *("side", "stop_loss", "take_profit", "reward_risk", "trailing_stop", "break_even", "max_bars"),
        *("cooldown", "pyramiding", "session"),
    ]
    for strategy in builtin_strategies().values():
        assert list(strategy.declared())[-10:] == common
        assert strategy().parameters["size"] == 0.99


@pytest.mark.parametrize(
    ("name", "expected"),
    [("EmaCross", "ema_cross"), ("RSIReversion", "rsi_reversion"), ("My2Cross", "my2_cross"), ("X", "x")],
)
def test_name_is_the_class_in_snake_case(name: str, expected: str) -> None:
    assert snake_case(name) == expected


# -- defaults of a subclass ---------------------------------------------------------------------------------------


def test_subclass_may_declare_a_common_parameter_anew() -> None:
    class Tight(EmaCross):
        stop_loss = param(0.02, 0.01, 0.03)

    assert Tight().parameters["stop_loss"] == 0.02
    with pytest.raises(ParameterError, match=r"choose 0.01 to 0.03"):
        Tight(stop_loss=0.5)


def test_subclass_may_give_a_parameter_a_new_default_as_a_plain_value() -> None:
    class Tight(EmaCross):
        stop_loss = 0.02
        side = "both"
        fast = 9

    strategy = Tight()
    assert (strategy.stop_loss, strategy.side, strategy.fast) == (0.02, "both", 9)
    assert strategy.parameters["stop_loss"] == 0.02
    assert Tight(stop_loss=0.05).stop_loss == 0.05
    assert EmaCross().parameters["stop_loss"] == 0.0
    with pytest.raises(ParameterError, match="cannot be set"):
        strategy.stop_loss = 0.1


def test_plain_default_out_of_bounds_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"stop_loss is 2\.0, out of bounds; choose 0\.0 to 1\.0"):
        type("Wide", (EmaCross,), {"stop_loss": 2.0})


def test_subclass_may_give_its_usual_size() -> None:
    class Half(EmaCross):
        size = 0.5

    assert Half().size == Size("fraction", 0.5)
    assert Half(size="amount:100").size == amount(100)
    assert repr(Half()) == "Half()"
    assert EmaCross().size == Size("fraction", 0.99)


@pytest.mark.parametrize("name", ["size", "name", "signals", "parameters", "declared"])
def test_parameter_cannot_take_the_name_of_something_a_strategy_has(name: str) -> None:
    with pytest.raises(StrategyError, match=f"a parameter cannot be called '{name}', in Odd"):
        type("Odd", (Strategy,), {name: param(3)})


def test_strategy_without_signals_says_so() -> None:
    with pytest.raises(StrategyError, match="Empty has no signals; write def signals"):
        type("Empty", (Strategy,), {})().signals()


# -- sizes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", Size("fraction", 0.5)),
        (0.5, Size("fraction", 0.5)),
        (1, Size("fraction", 1.0)),
        ("amount:1000", amount(1000)),
        ("risk:0.01", risk(0.01)),
        (risk(0.01), risk(0.01)),
    ],
)
def test_size_is_read_from_text_number_or_size(text: Any, expected: Size) -> None:
    assert EmaCross(size=text, stop_loss=0.1).size == expected


@given(st.sampled_from(["fraction", "amount", "risk"]), st.floats(1e-6, 1.0))
def test_size_as_text_reads_back(kind: Any, value: float) -> None:
    size = Size(kind, float(f"{value:g}"))
    assert parse_size(str(size)) == size


@pytest.mark.parametrize(
    "value", [0, -0.5, 1e6, "2000", "risk:2", "half", "risk:", "amount:x", "amount:1:2", NAN, INF, True, [1]]
)
def test_size_that_makes_no_sense_is_refused(value: Any) -> None:
    with pytest.raises(ParameterError, match=r"size is .*, in ema_cross; (give|write)"):
        EmaCross(size=value)


def test_amount_may_exceed_one() -> None:
    assert EmaCross(size=amount(1e6)).size.value == 1e6


def test_signals_take_no_unknown_field() -> None:
    with pytest.raises(TypeError, match="enter_lnog"):
        Signals(enter_lnog=True)  # type: ignore[call-arg]
