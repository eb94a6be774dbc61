"""Strategies that act bar by bar: which decide so, what a bar holds, what the account takes down."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.strategies import EmaCross, Signals, Strategy, param
from tradefleet.strategies.on_bar import Bar, TradingAccount, bar_type

ROW = (0, 60, "X", 1.0, 2.0, 0.5, 1.5, 7.0)


def acts(self: Strategy, bar: Bar, account: TradingAccount) -> None:
    """Nothing."""


def decides(self: Strategy) -> Signals:
    return Signals()


def account(**parameters: Any) -> TradingAccount:
    return TradingAccount(Strategy(**parameters), lambda size: None)


def test_the_nearer_of_two_inherited_ways_to_decide_counts() -> None:
    by_bar = type("ByBar", (EmaCross,), {"on_bar": acts})
    assert by_bar.acts_on_bars()
    assert type("Child", (by_bar,), {}).acts_on_bars()
    assert not type("Back", (by_bar,), {"signals": decides}).acts_on_bars()
    assert not EmaCross.acts_on_bars()
    assert not Strategy.acts_on_bars()


def test_a_class_that_writes_both_is_refused() -> None:
    with pytest.raises(StrategyError, match="Both has both signals and on_bar"):
        type("Both", (Strategy,), {"on_bar": acts, "signals": decides})


@pytest.mark.parametrize("name", ["start", "on_bar", "indicators"])
def test_a_parameter_cannot_take_the_name_of_a_method(name: str) -> None:
    with pytest.raises(StrategyError, match=f"cannot be called '{name}'"):
        type("Taken", (Strategy,), {name: param(1, 0, 2)})


def test_a_bar_is_read_by_name_and_cannot_be_changed() -> None:
    bar = bar_type(("fast", "slow"))((*ROW, 1.25, 1.5))
    assert (bar.fast, bar["slow"], bar.close, bar["symbol"], bar[0]) == (1.25, 1.5, 1.5, "X", 0)
    assert repr(bar).endswith("volume=7.0, fast=1.25, slow=1.5)")
    with pytest.raises(AttributeError):
        bar.fast = 2.0
    with pytest.raises(AttributeError, match="did you mean 'slow'"):
        bar.sloww  # noqa: B018
    with pytest.raises(KeyError, match="the bar has no 'x'"):
        bar["x"]
    assert not hasattr(bar, "__len_hint__")
    again = pickle.loads(pickle.dumps(bar))
    assert (again, again.fast) == (bar, 1.25)


@pytest.mark.parametrize("name", ["time", "close", "names", "count", "_asdict", "1st", "for", ""])
def test_names_that_a_bar_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(StrategyError, match="indicator"):
        bar_type((name,))


def test_orders_are_shown_as_soon_as_they_are_asked_for() -> None:
    one = account()
    first, second = one.limit("buy", 99), one.limit("sell", 101.5, expiry=3)
    assert one.orders == (first, second)
    assert repr(second) == "Order(id=2, side='sell', price=101.5, quantity=0.0)"
    one.cancel(first)
    one.cancel(first)
    assert (one.orders, one.new, one.cancelled) == ((second,), [second], [])
    one.forget()
    one.cancel()
    assert (one.orders, one.cancelled) == ((), [second])


def test_a_size_that_is_refused_asks_for_nothing() -> None:
    def refuse(size: Any) -> None:
        raise ParameterError("size is too much")

    one = TradingAccount(Strategy(), refuse)
    with pytest.raises(ParameterError, match="too much"):
        one.enter("long", 0.5)
    assert (one.requests, one.enter_long) == (0, None)
