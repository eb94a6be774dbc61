"""Random markets, decisions and bars for the property tests."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.simulation.rules.sizing import Lots
from tradefleet.simulation.rules.steps import steps_of
from tradefleet.simulation.state import COUNTS, BarColumns, DecisionColumns, Market

from .reference import Costs, Reference, Wish
from .scene import DAY, HOUR, KINDS, MINUTE, Outcome

LENGTHS = (MINUTE, 5 * MINUTE, HOUR, 4 * HOUR, DAY, 7 * DAY)
TICKS = ("0.00000001", "0.00001", "0.01", "0.05", "0.25", "1", "2.5", "1000")
# Each set of signals by weight: mostly nothing, single words, and now and then everything at once.
SIGNALS = [0] * 20 + [ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT] * 3 + list(range(16))
FRACTIONS = (0.0, 0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)


@dataclass(frozen=True)
class Case:
    """Everything a walk and the reference need."""

    bars: BarColumns
    decisions: DecisionColumns
    costs: Costs
    kind: str
    length: int
    cash: float

    @property
    def market(self) -> Market:
        costs = self.costs
        return Market(
            Fees(costs.maker, costs.taker),
            costs.slippage,
            steps_of(costs.tick),
            Lots(steps_of(costs.lot), costs.minimum),
            KINDS[self.kind],
            self.length,
        )


def _grid_rows(random: np.random.Generator, count: int, tick: Decimal) -> Any:
    """Few ticks, many gaps: levels are touched, missed by one tick and jumped over all the time."""
    ticks = [int(random.integers(15, 300))]
    for move in random.integers(-3, 4, count - 1).tolist():
        ticks.append(max(8, ticks[-1] + move))
    close = np.array(ticks)
    open_ = np.maximum(8, np.concatenate((close[:1], close[:-1])) + random.choice([0, 0, 0, -4, -1, 1, 4], count))
    high = np.maximum(open_, close) + random.integers(0, 4, count)
    low = np.minimum(open_, close) - random.integers(0, 4, count)
    return np.array([[float(int(n) * tick) for n in row] for row in zip(open_, high, low, close, strict=True)])


def _smooth_rows(random: np.random.Generator, count: int, level: float) -> Any:
    moves = random.standard_normal(count) * random.choice([0.001, 0.02, 0.2])
    close = level * np.exp(np.cumsum(moves))
    open_ = np.concatenate((close[:1], close[:-1])) * np.exp(random.choice([0.0, 0.01], count) * random.random(count))
    high = np.maximum(open_, close) * (1 + random.random(count) * 0.03)
    low = np.minimum(open_, close) * (1 - random.random(count) * 0.03)
    return np.column_stack([open_, high, low, close])


def _levels(random: np.random.Generator, count: int, choices: Any) -> Any:
    """One for all, or one a bar with bad ones among them."""
    if random.random() < 0.5:
        return np.array([random.choice(choices)])
    values = random.choice(choices, count) * random.choice([1.0, 1.0, random.random()], count)
    bad = random.random(count) < 0.04
    values[bad] = random.choice([np.nan, -0.01], int(bad.sum()))
    return values


def _lot(random: np.random.Generator, quantity: float) -> Decimal | None:
    if random.random() < 0.5:
        return None
    power = int(np.floor(np.log10(quantity))) - int(random.integers(0, 6))
    return Decimal(int(random.choice([1, 5]))).scaleb(power)


def random_case(seed: int, count: int) -> Case:
    """The same seed and count give the same case."""
    random = np.random.default_rng(seed)
    tick = Decimal(str(random.choice(TICKS))) if random.random() < 0.7 else None
    if tick is None:
        rows = _smooth_rows(random, count, 10.0 ** random.uniform(-6, 6))
    else:
        rows = _grid_rows(random, count, tick)
    length = int(random.choice(LENGTHS))
    steps = np.where(random.random(count) < 0.15, random.integers(1, 40, count), 1) * length
    # From before 1970 to 2060, on the hour.
    time = int(random.integers(-100_000, 800_000)) * HOUR + np.cumsum(steps)
    cash = float(random.uniform(5_000, 20_000))
    kind = str(random.choice(["fraction", "amount", "risk"]))
    sizes = {"fraction": (0.1, 0.5, 0.99, 1.0), "amount": (0.1 * cash, 0.7 * cash, 1.5 * cash), "risk": (0.001, 0.02)}
    wanted = {"fraction": cash, "amount": cash, "risk": cash / 10}[kind] / rows[0, 3]
    costs = Costs(
        taker=float(random.choice([0.0, 0.00075, 0.001, 0.03])),
        maker=float(random.choice([0.0, -0.00025, 0.0005])),
        slippage=float(random.choice([0.0, 0.0, 0.0005, 0.00123, 0.02])),
        tick=tick,
        lot=_lot(random, wanted),
        minimum=float(random.choice([0.0, 0.0, 5.0, 0.3 * cash])),
    )
    decisions = DecisionColumns(
        random.choice(SIGNALS, count).astype(np.uint8),
        _levels(random, count, FRACTIONS),
        _levels(random, count, FRACTIONS),
        _levels(random, count, (0.0, 0.0, 0.0, 0.01, 0.05)),
        _levels(random, count, (0.0, 0.0, 1.0, 2.0, 7.0)),
        _levels(random, count, sizes[kind]),
    )
    bars = BarColumns(time.astype(np.int64), *(np.ascontiguousarray(rows[:, i]) for i in range(4)))
    return Case(bars, decisions, costs, kind, length, cash)


def random_cases(longest: int = 80) -> st.SearchStrategy[Case]:
    """Cases by seed; fewer bars when shrinking."""
    return st.builds(random_case, st.integers(0, 2**32 - 1), st.integers(1, longest))


def refer(case: Case, side: str = "both") -> Reference:
    """What the reference makes of a case."""
    reference = Reference(case.costs, case.kind, case.length, side, case.cash)
    table = zip(*(column.tolist() for column in case.bars), strict=True)
    signals = case.decisions.signals.tolist()
    levels = [column.tolist() * (len(signals) if len(column) == 1 else 1) for column in case.decisions[1:]]
    for bar, flags, *numbers in zip(table, signals, *levels, strict=True):
        flag = [bool(flags & f) for f in (ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT)]
        reference.feed(*bar, Wish(*flag, *numbers))
    return reference


def assert_same_trades(found: Outcome, reference: Reference) -> None:
    """Bars, sides and reasons exactly, numbers within 1e-9."""
    exact = ("side", "reason", "entry_bar", "exit_bar", "entry_time", "exit_time")
    numbers = ("entry_price", "exit_price", "quantity", "fees", "profit")
    expected = reference.trades
    assert [[getattr(t, n) for n in exact] for t in found.trades] == [[t[n] for n in exact] for t in expected]
    ours = np.array([[getattr(t, n) for n in numbers] for t in found.trades]).reshape(-1, len(numbers))
    theirs = np.array([[t[n] for n in numbers] for t in expected]).reshape(-1, len(numbers))
    notional = theirs[:, [0]] * theirs[:, [2]] if len(theirs) else np.empty((0, 1))
    np.testing.assert_allclose(ours[:, :3], theirs[:, :3], rtol=1e-9)
    # Fees and profit are small differences of large amounts.
    assert np.all(np.abs(ours[:, 3:] - theirs[:, 3:]) <= 1e-9 * notional)


def assert_same(found: Outcome, reference: Reference) -> None:
    """Trades, what is held, equity at every close and counts."""
    assert_same_trades(found, reference)
    held = found.held
    assert (held is None) == (reference.holding is None)
    if held is not None and reference.holding is not None:
        assert held.entry_bar == reference.holding.bar
        np.testing.assert_allclose(held.quantity, reference.holding.quantity, rtol=1e-9)
    scale = np.max(np.abs(reference.equity)) + abs(reference.cash)
    np.testing.assert_allclose(found.journal.bar_equity, reference.equity, rtol=1e-9, atol=1e-9 * scale)
    assert found.counts == {name: reference.counts[name] for name in COUNTS if name in reference.counts}
