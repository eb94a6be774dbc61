"""Programs, ways out and the drawdown of trades, compiled, are the plain ones to the bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.graph.test_program import check as check_program

from tradefleet.kernels import compiled_hits, compiled_program
from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars
from tradefleet.research.batch.ground import ground_of, scene_of
from tradefleet.research.calendar import periods_per_year
from tradefleet.research.settings import Settings
from tradefleet.research.simulate import read_only
from tradefleet.research.terms import market_terms
from tradefleet.simulation.chain import find_hits
from tradefleet.simulation.chain.keys import STOP_AT_OPEN, STOP_INSIDE, TARGET_AT_OPEN, TARGET_INSIDE, bar_of, key_of
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.steps import Steps, nearest_step
from tradefleet.simulation.state import Policy, Sizing, first_leg
from tradefleet.simulation.table import table_of

STOPS = np.array([[0.0], [0.004], [0.01], [0.01], [0.3], [0.001]])
TARGETS = np.array([[0.0], [0.02], [0.005], [0.8]])


@pytest.mark.parametrize("bars", [9, 40, 2100])
def test_compiled_program_gives_what_whole_arrays_give(bars: int) -> None:
    for seed in range(5):
        check_program(seed, bars, compiled_program())


def by_scanning(bars: Bars, side: float, price: float, level: float, begin: int, stops: bool) -> int:
    """The key of the first bar that reaches a level, looked for bar by bar as the rules say it."""
    for bar in range(begin, len(bars)):
        far = bars.low[bar] if (side > 0) == stops else bars.high[bar]
        below = (side > 0) == stops
        if stops:
            if (bars.open[bar] <= level) if below else (bars.open[bar] >= level):
                return key_of(bar, STOP_AT_OPEN)
            if (far <= level) if below else (far >= level):
                return key_of(bar, STOP_INSIDE)
        else:
            if (bars.open[bar] < level) if below else (bars.open[bar] > level):
                return key_of(bar, TARGET_AT_OPEN)
            if (far < level) if below else (far > level):
                return key_of(bar, TARGET_INSIDE)
    return key_of(len(bars), 0)


def found(bars: Bars, side: float, stops: Any, targets: Any, run: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
    settings = Settings(slippage=0.0004)
    market = market_terms(bars, settings, periods_per_year(bars))
    policy = Policy(Sizing(0, 0.0, 0.0, 0.0, 0.0, 0.0), np.empty((0, 2)), np.empty((0, 2)), 0, 0.0, False)
    table, scene = (
        table_of([first_leg(1.0)], [market], [policy]),
        scene_of(ground_of(bars, 0, len(bars)), settings, side),
    )
    decisions = np.arange(0, len(bars) - 1, 7)
    keys = [np.full((len(levels), len(decisions)), -1, np.int32) for levels in (stops, targets)]
    closes = [np.empty((len(levels), len(decisions))) for levels in (stops, targets)]
    middle = len(decisions) // 2
    for first, last in ((0, middle), (middle, len(decisions))):
        run(decisions, first, last, table, scene, read_only(stops), read_only(targets), *keys, *closes)
    return market, decisions, *keys, *closes


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("by_bar", [False, True])
def test_ways_out_are_those_of_scanning_bar_by_bar(side: float, by_bar: bool) -> None:
    bars = generate_bars("1h", days=12, seed=4)
    stops, targets = STOPS, TARGETS
    if by_bar:
        random = np.random.default_rng(1)
        stops, targets = (levels * random.choice([0.0, 1.0, 2.0], (1, len(bars))) for levels in (stops, targets))
    market, decisions, stop_keys, target_keys, bests, worsts = found(bars, side, stops, targets, find_hits)
    for column, decided in enumerate(decisions.tolist()):
        begin = decided + 1
        price = slipped(bars.open[begin], side, 0.0004, market.tick)
        for levels, keys, sign in ((stops, stop_keys, -1.0), (targets, target_keys, 1.0)):
            for row in range(len(levels)):
                fraction = float(levels[row, decided if by_bar else 0])
                away = sign * side
                level = nearest_step(price * (1.0 + away * fraction), market.tick) if fraction else away * math.inf
                assert keys[row, column] == by_scanning(bars, side, price, level, begin, sign < 0), (row, decided)
                before = bars.close[begin : bar_of(keys[row, column])]
                if len(before):
                    closes, most = (bests, max) if sign < 0 else (worsts, min)
                    extreme = (before if side > 0 else -before).tolist()
                    assert closes[row, column] == side * most(extreme), (row, decided)
    _, _, *compiled = found(bars, side, stops, targets, compiled_hits())
    np.testing.assert_array_equal(compiled[0], stop_keys)
    np.testing.assert_array_equal(compiled[1], target_keys)
    np.testing.assert_array_equal(compiled[2], bests)
    np.testing.assert_array_equal(compiled[3], worsts)


def test_ticks_of_the_generated_market_are_steps() -> None:
    # Levels above would not be rounded otherwise.
    market = found(generate_bars("1h", days=2, seed=4), 1.0, STOPS, TARGETS, find_hits)[0]
    assert isinstance(market.tick, Steps) and nearest_step(1.004, market.tick) == 1.0
