"""The drawdown over a whole trade is the one close by close, to the bit."""

from __future__ import annotations

import math
import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.simulation.blocks import blocks_of
from tradefleet.simulation.chain import falling
from tradefleet.simulation.chain.falling import Held, while_flat, while_held
from tradefleet.simulation.chain.pyramid import extremes, pyramid_of
from tradefleet.simulation.columns import BarColumns
from tradefleet.simulation.falls import Stake, fallen, worth
from tradefleet.simulation.rules.drawdown import Drawdown, update_drawdown

EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "150"))
MANY = settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000)
STEP = 60 * 10**9


@dataclass(frozen=True)
class Path:
    """Bars, an account before the trade, and the trade."""

    bars: BarColumns
    before: Drawdown
    held: Held


def path(seed: int, count: int) -> Path:
    """A trade that its levels do not end before its end; equity before it has been anywhere."""
    random = np.random.default_rng(seed)
    if random.random() < 0.5:
        close = 100.0 + np.cumsum(random.integers(-2, 3, count)) * random.choice([0.25, 1.0])
    else:
        close = 100.0 * np.exp(np.cumsum(random.normal(0, random.choice([0.0, 1e-4, 0.01, 0.2]), count)))
    close = np.maximum(close, 1.0)
    spread = random.choice([0.0, 0.5], count)
    open_ = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(open_, close) + spread, np.minimum(open_, close) - spread / 2
    time = np.cumsum(random.choice([1, 1, 1, 50], count)) * STEP
    bars = BarColumns(time, open_, high, low, close)
    begin = int(random.integers(1, max(2, count // 2)))
    end = int(random.choice([count, random.integers(begin, count + 1), min(begin + random.integers(0, 4), count)]))
    side, balance = float(random.choice([1.0, -1.0])), float(random.choice([1000.0, 990.0, 1.0]))
    entry = float(open_[begin] if begin < count else 100.0)
    stake = Stake(balance, side * float(random.choice([0.1, 1.0, 9.0])) * balance / entry, entry, 1.0)
    lowest, highest = (float(low[begin:end].min()), float(high[begin:end].max())) if end > begin else (entry, entry)
    near, far = (lowest, highest) if side > 0 else (highest, lowest)
    away = float(random.choice([0.01, 1.0, 20.0]))
    stop = near - side * away if random.random() < 0.6 else -side * math.inf
    # A target may be touched.
    target = far + side * float(random.choice([0.0, away])) if random.random() < 0.6 else side * math.inf
    after = math.nan
    if end < count:
        levels = [level for level in (stop, target) if math.isfinite(level)]
        price = float(random.choice([*levels, open_[end]]))
        after = worth(stake, price) - float(random.choice([0.0, 0.001])) * balance
    # What may be known of the closes besides.
    best, worst = (max, min) if side > 0 else (min, max)
    known = [best(close[begin:end]), worst(close[begin:end])] if end > begin else [math.nan, math.nan]
    seen = [float(one) if random.random() < 0.3 else math.nan for one in known]
    held = Held(stake, begin, end, stop, target, after, *seen)
    return Path(bars, _before(random, balance, time[begin - 1], count), held)


def _before(random: Any, balance: float, time: int, count: int) -> Drawdown:
    first = balance * float(random.choice([1.0, 1.0, 1.01, 3.0]))
    begins = int(time) - int(random.choice([0, 1, 40, 4 * count])) * STEP
    found = Drawdown(first, begins, first, 0.0, 0, False)
    for number, fall in enumerate(random.choice([0.0, 0.001, 0.05, 0.6], int(random.integers(0, 4)))):
        found = update_drawdown(found, first * (1 - fall), begins + number)
    found = update_drawdown(found, balance, int(time)) if random.random() < 0.7 else found
    # Some have once been below a peak for very long.
    return found._replace(longest=found.longest + int(random.choice([0, 10**17])))


def close_by_close(given: Path) -> Drawdown:
    found, held, bars = given.before, given.held, given.bars
    for bar in range(held.begin, held.end):
        found = update_drawdown(found, worth(held.stake, bars.close[bar]), int(bars.time[bar]) + STEP)
    return found


def settled(found: Drawdown, given: Path) -> Drawdown:
    """The drawdown after the bar of the way out as well: only then is all of it said."""
    held, time = given.held, given.bars.time
    return found if math.isnan(held.after) else update_drawdown(found, held.after, int(time[held.end]) + STEP)


def check(given: Path) -> None:
    blocks, pyramid = blocks_of(given.bars), pyramid_of(given.bars.close)
    found = while_held(given.before, given.held, given.bars, blocks, pyramid, STEP)
    held = given.held
    assert settled(found, given) == settled(close_by_close(given), given)
    by_blocks = fallen(given.before, held.stake, held.begin, held.end, given.bars, blocks, STEP)
    assert tuple(by_blocks) == tuple(close_by_close(given))


@given(st.integers(0, 2**32), st.sampled_from([2, 5, 40, 200]))
@MANY
def test_drawdown_of_a_trade_is_that_of_its_closes(seed: int, count: int) -> None:
    check(path(seed, count))


@pytest.mark.parametrize("seed", range(3))
def test_long_trades_go_by_whole_blocks(seed: int) -> None:
    check(path(seed, 9000))


def test_random_trades_take_every_branch() -> None:
    seen: Counter[str] = Counter()

    def counted(name: str) -> Any:
        function = getattr(falling, name)

        def call(*arguments: Any) -> Any:
            result = function(*arguments)
            seen[f"{name} {result}" if isinstance(result, bool) else name] += 1
            return result

        return patch.object(falling, name, call)

    told = ("_hidden", "_topped", "_shallow")
    with ExitStack() as stack:
        for name in (*told, "_deepened", "last_at", "fallen", "below_peak"):
            stack.enter_context(counted(name))
        for seed in range(600):
            check(path(seed, 60))
    wanted = [f"{name} {result}" for name in told for result in (True, False)]
    assert min(seen[name] for name in (*wanted, "_deepened", "last_at", "fallen", "below_peak")) >= 5, seen


@given(st.integers(0, 2**32), st.integers(1, 600))
@MANY
def test_extremes_are_those_of_the_slice(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    closes = np.round(random.normal(100, 5, count), 1)
    pyramid = pyramid_of(closes)
    for _ in range(5):
        begin, end = np.sort(random.integers(0, count + 1, 2)).tolist()
        if begin < end:
            assert extremes(begin, end, pyramid) == (closes[begin:end].min(), closes[begin:end].max())
    assert extremes(0, 0, pyramid) == (math.inf, -math.inf)


@given(st.integers(0, 2**32))
@MANY
def test_flat_bars_are_taken_at_once(seed: int) -> None:
    given_ = path(seed, 30)
    random = np.random.default_rng(seed)
    first, last = np.sort(random.integers(given_.held.begin - 1, 30, 2)).tolist()
    equity = float(given_.before.peak * random.choice([1.0, 0.999, 1.001, 0.3]))
    wanted = given_.before
    for bar in range(first, last + 1):
        wanted = update_drawdown(wanted, equity, int(given_.bars.time[bar]) + STEP)
    assert tuple(while_flat(given_.before, equity, first, last, given_.bars, STEP)) == tuple(wanted)
