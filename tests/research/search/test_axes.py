"""Axes: names, exact values, bounds."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.axes import SETTINGS, Names, size_value
from tradefleet.strategies import Strategy, param
from tradefleet.trading.account import Account
from tradefleet.trading.size import Size, kelly, parse_size, risk


class Own(Strategy):
    fast = param(12, 5, 50)
    width = param(2.0, 0.5, 5.0)
    kind = param("ema", choices=("ema", "sma"))
    leverage = param(3, 1, 9)


OWN = Names(Own)


@pytest.mark.parametrize(
    ("name", "values", "exact"),
    [
        ("fast", range(5, 8), (5, 6, 7)),
        ("fast", np.arange(5.0, 8.0), (5, 6, 7)),
        ("fast", np.arange(5, 8, dtype=np.int16), (5, 6, 7)),
        ("fast", {50, 5, 20}, (5, 20, 50)),
        ("fast", (value for value in (9, 7)), (9, 7)),
        ("fast", "5:15:5", (5, 10, 15)),
        ("width", [1, np.float64(2.5)], (1.0, 2.5)),
        ("width", "1:3:1", (1.0, 2.0, 3.0)),
        ("kind", "sma,ema", ("sma", "ema")),
        ("kind", {"sma", "ema"}, ("ema", "sma")),
        ("side", ["long", "both"], ("long", "both")),
        ("session", "08:00-17:00 Europe/London mon-fri", ("08:00-17:00 Europe/London mon-fri",)),
        ("size", [0.5, "risk:0.01", risk(0.02)], (0.5, "risk:0.01", "risk:0.02")),
        ("size", "0.1:0.3:0.1,risk:0.01", (0.1, 0.2, 0.3, "risk:0.01")),
        ("fee", "0:0.002:0.001", (0.0, 0.001, 0.002)),
        ("cash", [1000, np.int64(2000)], (1000.0, 2000.0)),
        # The strategy's own comes first.
        ("leverage", [1, 9], (1, 9)),
        ("maker", "-0.0001,0", (-0.0001, 0.0)),
        ("tick", [0.01, 0.5], (0.01, 0.5)),
        ("max_open_positions", "1:3:1", (1, 2, 3)),
        ("swap_long", [-0.1, 0.1], (-0.1, 0.1)),
        ("maintenance_margin", [0.01, 0.5], (0.01, 0.5)),
    ],
)
def test_values_are_exact_in_the_type_of_the_name(name: str, values: Any, exact: tuple[Any, ...]) -> None:
    found = OWN.axis(name, values).values
    assert found == exact
    assert list(map(type, found)) == list(map(type, exact))


@pytest.mark.parametrize(
    ("name", "values", "part"),
    [
        ("fsat", [5], "did you mean 'fast'?"),
        ("levrage", [5], "did you mean 'leverage'?"),
        ("market", ["spot"], "no parameter 'market'"),
        ("fast", [5, 51], "fast is 51, out of bounds, in own; choose 5 to 50"),
        ("fast", "5:60:5", "fast is 55, out of bounds"),
        ("fast", [5.5], "give a whole number"),
        ("fast", [True], "fast is True"),
        ("fast", [], "the grid of fast is empty"),
        ("fast", [5, 5.0], "fast has 5 twice"),
        ("fast", 5, "give a list of values"),
        ("fast", {5: 6}, "give a list of values"),
        ("fast", np.ones((2, 2)), "give a whole number"),
        ("width", [float("nan")], "width is nan"),
        ("kind", "emaa", "did you mean 'ema'?"),
        ("size", [-1], "size is -1"),
        ("size", ["rsk:1"], "size is 'rsk:1'"),
        ("fee", [2], "fee is 2"),
        ("fee", ["x"], "fee is 'x'"),
        ("maker", [0.9], "choose from -0.1 to 0.5"),
        ("stop_out", [3], "choose from 0.01 to 1"),
        ("tick", [-1], "tick is -1"),
        ("cash", [None], "cash is None"),
    ],
)
def test_wrong_names_and_values_are_refused(name: str, values: Any, part: str) -> None:
    with pytest.raises(ParameterError) as caught:
        OWN.axis(name, values)
    assert part in str(caught.value)
    assert caught.value.cure


def test_values_without_end_are_refused() -> None:
    with pytest.raises(ParameterError, match="more than 10,000,000"):
        Names(Own).axis("session", itertools.repeat("x"))


def test_settings_are_the_numbers_of_the_account() -> None:
    numbers = {spec.name for spec in fields(Account) if {"int", "float", "Step"} & set(str(spec.type).split())}
    assert set(SETTINGS) == numbers

    class Plain(Strategy):
        pass

    assert Names(Plain).axis("leverage", "1:200:100,300").values == (1.0, 101.0, 300.0)


def test_size_has_a_constant_even_where_the_usual_targets_clash() -> None:
    class Clash(Strategy):
        take_profit = 0.1
        reward_risk = 2.0
        size = 0.25

    assert Names(Clash).constants({"cooldown": 3})["size"] == 0.25
    assert Names(Clash).constants({"cooldown": 3})["cooldown"] == 3


@given(st.floats(1e-6, 1.0), st.sampled_from(["fraction", "amount", "risk", "volatility", "kelly"]))
def test_size_reads_back_exactly(value: float, kind: Any) -> None:
    size = Size(kind, value)
    assert parse_size(size_value(size)) == size
    assert parse_size(size_value(kelly(value, cap=value, floor=0.0))) == kelly(value, cap=value, floor=0.0)
