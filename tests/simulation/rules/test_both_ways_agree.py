"""Every rule gives the same bits plain and compiled."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.kernels.twin import twin
from tradefleet.simulation import rules
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.margin import margin_of
from tradefleet.simulation.rules.sizing import Lots, Record
from tradefleet.simulation.rules.slippage import Slippage
from tradefleet.simulation.rules.steps import Steps

MODULES = (
    "aging", "break_even", "carry", "cooldown", "exposure", "fees", "limit_order", "liquidation",
    "margin", "market_order", "scale_out", "sizing", "slippage", "stop_loss", "take_profit", "timer", "trailing_stop",
)  # fmt: skip
# What prepares the numbers of a rule and is not compiled.
PREPARING = {"margin_of", "no_carry", "funding_of", "constant_funding", "nightly_swap", "merged"}

PRICES = st.floats(0.01, 1e6)
FRACTIONS = st.floats(0.0, 0.9)
SMALL = st.floats(0.0, 0.05)
QUANTITIES = st.floats(1e-6, 1e6)
MOMENTS = st.integers(0, 2**62)
BARS = st.one_of(st.just(0.0), st.floats(0.5, 1e4), st.integers(1, 500).map(float))
FRAMES = st.sampled_from([1_000_000_000, 60_000_000_000, 86_400_000_000_000])
STEPS = st.sampled_from([Steps(0.0, 1.0), Steps(1.0, 100.0), Steps(5.0, 1.0)])
SIDES = st.sampled_from([1.0, -1.0])
TIERS = st.lists(st.tuples(st.floats(0.0, 1e9), SMALL, st.floats(0.0, 1e4)), min_size=1, max_size=5).map(sorted)
TABLES = st.lists(st.tuples(st.floats(0.001, 300.0), st.floats(0.01, 1.0)), min_size=1, max_size=4).map(
    lambda rows: np.array(sorted(rows))
)
# Values by the name of an argument; each rule's arguments are found by their names.
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "side": SIDES,
    "direction": SIDES,
    **dict.fromkeys(("quantity", "first_quantity", "held", "last_volume"), QUANTITIES),
    **dict.fromkeys(
        (
            "price",
            "close",
            "entry_price",
            "open_price",
            "limit",
            "low",
            "high",
            "level",
            "bankruptcy",
            "best_close",
            "a",
            "b",
            "notional",
            "equity",
            "cash",
            "position_margin",
            "last_range",
            "distance",
        ),
        PRICES,
    ),
    **dict.fromkeys(("fraction", "stop", "value", "target", "sigma", "floor", "cap", "multiple", "most"), FRACTIONS),
    **dict.fromkeys(("rate", "long", "short", "profit_ratio"), st.floats(-0.1, 0.1)),
    **dict.fromkeys(("close_time", "last_exit_time", "entry_time", "open_time", "placed_time", "age"), MOMENTS),
    **dict.fromkeys(("bars", "max_bars"), BARS),
    **dict.fromkeys(("exposure", "symbol_exposure"), st.one_of(st.just(0.0), st.floats(0.1, 20.0))),
    **dict.fromkeys(("of_all", "of_symbol"), PRICES),
    **dict.fromkeys(("taken", "positions"), st.integers(0, 9)),
    "timeframe": FRAMES,
    **dict.fromkeys(("tick", "lot"), STEPS),
    "lots": st.builds(Lots, STEPS, st.sampled_from([0.0, 10.0])),
    "kind": st.integers(0, 2),
    "parts": st.just(0),
    "rows": TABLES,
    "bars_per_year": st.floats(50.0, 600_000.0),
    "least_trades": st.floats(0.0, 50.0),
    "record": st.builds(
        Record, st.integers(0, 40).map(float), st.integers(1, 40).map(float), st.floats(0.01, 5.0), st.floats(0.0, 5.0)
    ),
    "fees": st.builds(Fees, SMALL, SMALL, SMALL),
    "margin": st.builds(margin_of, st.floats(1.0, 100.0), TIERS, SMALL, st.booleans()),
}
SLIPPAGES = {"slippage_of": st.builds(Slippage, SMALL, SMALL, SMALL), "slipped": SMALL}


def rule_functions() -> list[FunctionType]:
    found = []
    for name in MODULES:
        module = importlib.import_module(f"{rules.__name__}.{name}")
        own = [f for _, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
        found += [f for f in own if f.__name__ not in PREPARING and not f.__name__.startswith("_")]
    return found


@cache
def compiled(function: FunctionType) -> Callable[..., Any]:
    return twin(function, f"{function.__name__} of the tests")


def bits(result: Any) -> Any:
    if isinstance(result, tuple):
        return tuple(bits(part) for part in result)
    return bool(result) if isinstance(result, bool | np.bool_) else float(result).hex()


def test_every_rule_is_looked_at() -> None:
    there = {module.name for module in pkgutil.iter_modules(rules.__path__)}
    # These have tests of their own with the walks.
    assert there - set(MODULES) == {"drawdown", "signals", "steps"}


@pytest.mark.parametrize("function", rule_functions(), ids=lambda function: function.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_plain_and_compiled_give_the_same_bits(function: FunctionType, data: st.DataObject) -> None:
    names = list(inspect.signature(function).parameters)
    values = [data.draw(SLIPPAGES[function.__name__] if n == "slippage" else VALUES[n], label=n) for n in names]
    assert bits(function(*values)) == bits(compiled(function)(*values))
