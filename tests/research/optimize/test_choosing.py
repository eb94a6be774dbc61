"""Which parameters are searched, between which bounds, and under which constraints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize import Allowed, Between, OneOf, chosen_axes
from tradefleet.strategies import EmaCross, Strategy, param


class Mine(Strategy):
    """Parameters of every kind."""

    near = param(12, 5, 50)
    far = param(20, 2, 1000)
    width = param(2.0, 0.5, 4.0)
    kind = param("ema", choices=("ema", "sma"))
    free = param(7)
    still = param(3, 3, 3)
    stop_loss = 0.02


def test_own_parameters_with_bounds_are_searched() -> None:
    assert chosen_axes(Mine, {}, {}, {}) == (
        Between("near", 5, 50),
        Between("far", 2, 1000, log=True),
        Between("width", 0.5, 4.0),
        OneOf("kind", ("ema", "sma")),
        OneOf("still", (3,)),
    )


def test_what_is_named_has_the_values_that_are_given_and_what_is_fixed_is_left_out() -> None:
    fixed = {"far": 9, "width": 1.0, "still": 3}
    axes = chosen_axes(Mine, fixed, {"kind": "sma", "free": "1:7:2"}, {"stop_loss": (0.01, 0.05), "near": "5:40:log"})
    assert axes == (
        Between("near", 5, 40, log=True),
        OneOf("kind", ("sma",)),
        OneOf("free", (1, 3, 5, 7)),
        Between("stop_loss", 0.01, 0.05),
    )


def test_sizes_are_searched_too() -> None:
    axes = chosen_axes(EmaCross, {"fast": 5, "slow": 9}, {}, {"size": "0.1:0.9"})
    assert axes == (Between("size", 0.1, 0.9),)
    assert chosen_axes(EmaCross, {"fast": 5, "slow": 9}, {"size": "0.5,risk:0.01"}, {}) == (
        OneOf("size", (0.5, "risk:0.01")),
    )


def test_numbers_of_the_account_are_searched_too() -> None:
    axes = chosen_axes(EmaCross, {"fast": 5, "slow": 9}, {"leverage": "1,2,3"}, {"fee": "0:0.001"})
    assert axes == (OneOf("leverage", (1.0, 2.0, 3.0)), Between("fee", 0.0, 0.001))


@pytest.mark.parametrize(
    ("grid", "ranges", "message"),
    [
        ({"fsat": [5]}, {}, r"no parameter 'fsat'; did you mean 'fast'\?"),
        ({}, {"fsat": "5:9"}, r"no parameter 'fsat'; did you mean 'fast'\?"),
        ({"fast": [5]}, {"fast": "5:9"}, "fast has both values and bounds"),
        ({"cooldown": [5]}, {}, "cooldown is both set and searched"),
        ({}, {"fast": "5"}, "the bounds of fast are '5'; write fast=0.005:0.03"),
        ({}, {"fast": "5:9:2"}, "the bounds of fast are '5:9:2'"),
        ({}, {"fast": "a:b"}, "the bounds of fast are 'a:b'"),
        ({}, {"fast": "9:5"}, "fast goes from 9 to 5; give the lower bound first"),
        ({}, {"fast": "5:5"}, "fast goes from 5 to 5"),
        ({}, {"fast": "1:50"}, "fast is 1, out of bounds"),
        ({}, {"fast": "2.5:50"}, "fast is 2.5, in ema_cross; give a whole number"),
        ({}, {"fast": 5}, "the bounds of fast are 5; give two numbers"),
        ({}, {"stop_loss": "0:0.5:log"}, "stop_loss goes from 0.0 on a logarithmic scale"),
        ({}, {"side": "long:short"}, "side is text, and has no bounds"),
    ],
)
def test_what_cannot_be_searched_is_an_error(grid: Any, ranges: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        chosen_axes(EmaCross, {"cooldown": 1}, grid, ranges)


@pytest.mark.parametrize(
    "axis",
    [Between("a", 2, 900, log=True), Between("a", -3, 3), Between("a", 0.1, 7.5), Between("a", 0.1, 7.5, log=True),
     OneOf("a", (5, 9, 7)), OneOf("a", ("x", "y"))],
)  # fmt: skip
def test_what_is_drawn_at_random_is_what_the_sampler_could_draw(axis: Between | OneOf) -> None:
    random = np.random.default_rng(1)
    drawn = [axis.draw(random) for _ in range(2000)]
    distribution = axis.distribution()
    assert all(distribution._contains(distribution.to_internal_repr(each)) for each in drawn)
    assert all(axis.drawn(axis.value(each)) == each for each in drawn)
    if axis.count < 10:
        assert len(set(drawn)) == axis.count


def test_constraints_see_what_is_searched_and_what_is_not() -> None:
    axes = [Between("fast", 2, 50), OneOf("side", ("long", "both"))]
    for constraint in ("fast < slow and side == 'long'", lambda p: p.fast < p.slow and p.side == "long"):
        allowed = Allowed(constraint, axes, {"slow": 20})
        assert allowed({"fast": 9, "side": "long"})
        assert not allowed({"fast": 20, "side": "long"})
        assert not allowed({"fast": 9, "side": "both"})


def test_a_constraint_that_makes_no_sense_is_an_error() -> None:
    with pytest.raises(ParameterError, match="there is no parameter 'fats'"):
        Allowed("fats < 3", [Between("fast", 2, 50)], {})
    with pytest.raises(ParameterError, match="the constraint is 7"):
        Allowed(7, [Between("fast", 2, 50)], {})  # type: ignore[arg-type]
