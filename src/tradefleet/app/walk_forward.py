"""Walking forward as users call it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tradefleet.app.data import read_series
from tradefleet.app.evaluators import evaluator_of, kept
from tradefleet.app.given import by_symbol, from_source, searched, settings_of
from tradefleet.app.optimize import _constraints
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data
from tradefleet.research.optimize import Allowed, Axis, Constraint, chosen_axes
from tradefleet.research.search.axes import Names
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.space import MOST_COMBINATIONS as MOST_LISTED
from tradefleet.research.search.space import Space
from tradefleet.research.walk_forward import (
    Goal,
    GridSearch,
    Layout,
    Length,
    SampledSearch,
    Search,
    Walk,
    WalkForward,
    run_walk_forward,
)
from tradefleet.strategies import Strategy
from tradefleet.trading.account import Account

# In every window each of them has a row of all measures.
MOST_COMBINATIONS = 100_000


def walk_forward(
    strategy: Strategy | type[Strategy] | str,
    bars: Bars | Mapping[str, Bars] | BarSource,
    *,
    train: str | int | Length,
    test: str | int | Length,
    grid: Mapping[str, Iterable[Any] | str] | None = None,
    objective: str = "sharpe",
    constraint: Constraint | Sequence[Constraint] | None = None,
    anchored: bool = False,
    gap: str | int | Length = 0,
    step: str | int | Length | None = None,
    min_trades: int = 1,
    trials: int | None = None,
    sampler: str = "tpe",
    seed: int = 0,
    cash: float | None = None,
    fee: float | None = None,
    slippage: float = 0.0,
    account: Account | None = None,
    symbols: Sequence[str] = (),
    timeframe: str | Timeframe | None = None,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
    series: Mapping[str, Series] | None = None,
    source: BarSource | None = None,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> WalkForward:
    """Choose parameters in one window, trade them in the next, and so on through all bars.

    Each window trains for `train` (`252d`, `6w`, `36h`, or bars: `2000 bars`), leaves `gap` out, and tests for `test`.
    In the training every combination of `grid` that satisfies `constraint` is tried, or `trials` of them that a
    `sampler` (tpe, nsga2 or random) draws by `seed`; without a grid it draws between the strategy's own bounds. The
    one with the best `objective`, any measure, is traded in the test: of those with `min_trades` trades in training.
    The next window lies `step` (the length of the test) further on; `anchored` ones all train from the first bar on.
    Each test begins flat, with the equity that the ones before left; what is open where one ends is closed at its last
    close. The other arguments are those of `backtest`.

    Windows of fewer than 10 bars are skipped, and named. Ctrl-C gives the windows finished by then. Raises
    ParameterError where no window fits the data.

    >>> import tradefleet as tf
    >>> bars = tf.generate_bars("1h", days=80, seed=3)
    >>> walk = walk_forward("sma_cross", bars, train="30d", test="10d", grid={"fast": "5:15:5", "slow": [30]})
    >>> len(walk.windows), walk.parameters, walk.trials
    (5, ('fast', 'slow'), 15)
    """
    layout = Layout.parse(train, test, gap=gap, step=step, anchored=anchored)
    goal = Goal(Objective(objective), min_trades)
    cls, fixed = searched(strategy)
    settings = settings_of(cash, fee, slippage, account)
    if not isinstance(bars, Bars | Mapping) and hasattr(bars, "bars"):
        source = source or bars
        bars = from_source(bars, symbols, timeframe, until)
    traded = by_symbol(bars)
    search: Search
    if trials is None:
        combinations = _every(Space.of(cls, fixed, grid or {}, constraint))
        search = GridSearch(combinations, goal)
    else:
        combinations = None
        axes, allowed = _drawn(cls, fixed, grid or {}, constraint)
        search = SampledSearch(axes, trials, goal, sampler, seed, allowed)
    plan = Walk(cls.name(), traded, layout, search, goal, settings, combinations, since, until)
    evaluator = evaluator_of(
        cls, fixed, traded, settings, Data({}, source, series or {}, read_series), workers=workers, dask=dask,
        timeout=timeout,
    )  # fmt: skip
    with kept(evaluator):
        return run_walk_forward(evaluator, plan, progress)


def _every(space: Space) -> Combinations:
    """All combinations; raises ParameterError where they are too many to be tried in every window."""
    found = next(space.chunks(MOST_COMBINATIONS + 1)) if space.size <= MOST_LISTED else None
    if found is None or len(found) > MOST_COMBINATIONS:
        raise ParameterError(
            f"the grid has {space.size:,} combinations, too many for every window",
            cure="take coarser steps, or let a sampler draw some: trials=200 (--trials 200)",
        )
    return found


def _drawn(
    strategy: type[Strategy],
    fixed: Mapping[str, Any],
    grid: Mapping[str, Iterable[Any] | str],
    constraint: Constraint | Sequence[Constraint] | None,
) -> tuple[Sequence[Axis], Sequence[Allowed]]:
    """What a sampler draws from: the values of the grid; without one, what lies between the strategy's own bounds."""
    every = chosen_axes(strategy, fixed, grid, {})
    axes = [axis for axis in every if axis.name in grid] if grid else every
    constants = Names(strategy, ()).constants(fixed)
    return axes, [Allowed(one, axes, constants) for one in _constraints(constraint)]
