"""The result of walking forward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradefleet.market.bars import Bars
from tradefleet.metrics import measure
from tradefleet.metrics.bootstrap import Interval, confidence
from tradefleet.metrics.holding import compared
from tradefleet.metrics.performance import Performance
from tradefleet.research.holding import buy_and_hold
from tradefleet.research.luck import Overfitting
from tradefleet.research.report.search import walk_forward_page, write_page
from tradefleet.research.result import Result
from tradefleet.research.search.direction import Objective
from tradefleet.research.walk_forward.drift import Drift, drift_of
from tradefleet.research.walk_forward.efficiency import efficiency, profitable
from tradefleet.research.walk_forward.frames import curve, parameters_of, trades_frame, windows_frame
from tradefleet.research.walk_forward.luck import WalkLuck, walk_luck
from tradefleet.research.walk_forward.stitching import Stitched
from tradefleet.research.walk_forward.summary import summary, to_json
from tradefleet.research.walk_forward.walking import Step
from tradefleet.research.walk_forward.windows import Layout

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class WalkForward:
    """What choosing parameters anew in each window, and trading on with them, would have brought.

    `windows` is a polars frame with a row a window: what was chosen in its training, each measure there (`train_...`)
    and in its test (`test_...`), and why it was skipped, if it was. `equity` and `metrics` are those of the account
    that traded the tests one after another, out of sample throughout; `buy_and_hold` those of one that held.
    `efficiency` is yearly return in the tests / yearly return in training, `profitable` the share of windows that
    earned something in their test. `fixed` are the parameters that are the same in all windows; `trials` counts the
    combinations tried.

    >>> import tradefleet as tf
    >>> from tradefleet.app.walk_forward import walk_forward
    >>> bars = tf.generate_bars("1h", days=80, seed=3)
    >>> walk = walk_forward("sma_cross", bars, train="30d", test="10d", grid={"fast": [5, 10], "slow": [30]})
    >>> len(walk.windows), walk.trials
    (5, 10)
    """

    strategy: str
    fixed: Mapping[str, Any]
    layout: Layout
    objective: Objective
    settings: Mapping[str, Any]
    bars: Mapping[str, Bars]
    grid: Mapping[str, Sequence[Any]]
    planned: int
    steps: tuple[Step, ...]
    stitched: Stitched
    fee: float
    warnings: tuple[str, ...]
    overfitting: Callable[[], Overfitting] = field(repr=False)

    @property
    def performance(self) -> Performance:
        """The account's equity and closed trades, as the measures read them."""
        return self.stitched.performance

    @cached_property
    def windows(self) -> pl.DataFrame:
        """A row a window."""
        return windows_frame(self.steps)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what is chosen in each window."""
        return tuple(parameters_of(self.steps))

    @cached_property
    def equity(self) -> pl.DataFrame:
        """Time, equity of the tests behind one another, and what holding would have brought, at UTC day ends."""
        run = self.performance
        return curve(run.equity_time, run.equity, buy_and_hold=self.holding.equity)

    def equity_per_bar(self) -> pl.DataFrame:
        """Time and equity at every bar's close."""
        return curve(self.stitched.close_time, self.stitched.equity)

    @cached_property
    def trades(self) -> pl.DataFrame:
        """The trades of the tests as their results have them, the number of the window in front."""
        return trades_frame(self.steps)

    @property
    def results(self) -> list[Result]:
        """The result of each test that was not skipped, each begun with the initial cash."""
        return [step.result for step in self.steps if step.result is not None]

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Every measure of the account; NaN where it is undefined."""
        return measure(self.performance)

    @cached_property
    def confidence(self) -> dict[str, Interval]:
        """The 95 % interval of measures by name, by resampling days and trades; the same in every run."""
        return confidence(self.performance)

    @cached_property
    def holding(self) -> Performance:
        """The account that bought what was traded at the first test's first open, in equal shares, and never sold."""
        run = self.performance
        held = [each.between(run.first_time, run.last_time) for each in self.bars.values()]
        return buy_and_hold(held, run.initial_cash, self.fee, run.equity_time, run.periods_per_year)

    @cached_property
    def buy_and_hold(self) -> dict[str, float]:
        """The measures of that account."""
        return compared(self.holding)

    @cached_property
    def efficiency(self) -> float:
        """Yearly return in the tests / yearly return in training; NaN where the training earned nothing."""
        return efficiency(self.steps)

    @cached_property
    def profitable(self) -> float:
        """The share of windows that earned something in their test; skipped ones do not count."""
        return profitable(self.steps)

    @cached_property
    def drift(self) -> tuple[Drift, ...]:
        """How each parameter moves from window to window."""
        return drift_of([step.choice.parameters if step.result is not None else None for step in self.steps], self.grid)

    @property
    def trials(self) -> int:
        """How many combinations were tried, in all windows together."""
        return sum(step.choice.tried for step in self.steps)

    @cached_property
    def luck(self) -> WalkLuck:
        """How much of it is luck: deflated Sharpe ratio, probability of overfitting, orders of trades."""
        return walk_luck(self.stitched, self.steps, self.overfitting())

    @property
    def deflated_sharpe(self) -> float:
        """The probability that the account beats the best of as many trials without skill; NaN where not known."""
        return self.luck.deflated_sharpe

    @property
    def interrupted(self) -> bool:
        """Whether it was ended before the last window that was planned."""
        return len(self.steps) < self.planned

    @property
    def skipped(self) -> dict[int, str]:
        """Why windows were skipped, by their number."""
        return {step.window.number: step.skipped for step in self.steps if step.skipped}

    @cached_property
    def data(self) -> dict[str, Any]:
        """What was traded: symbols, timeframe, all bars from the first training to the last test."""
        each = list(self.bars.values())
        return {
            "symbol": ", ".join(self.bars),
            "timeframe": str(each[0].timeframe),
            "bars": sum(map(len, each)),
            "first": min(bars.first for bars in each),
            "last": max(bars.last for bars in each),
            "fingerprint": ", ".join(bars.fingerprint for bars in each),
        }

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file; gives its path."""
        return write_page(walk_forward_page(self), path)

    def as_dict(self, equity: str = "day") -> dict[str, Any]:
        """Everything for machines: times as ISO-8601 text, NaN and infinity as None; `equity` is day or bar."""
        return to_json(self, self.equity_per_bar() if equity == "bar" else self.equity)

    def __str__(self) -> str:
        return summary(self)

    def __repr__(self) -> str:
        done = len(self.results)
        return f"WalkForward({self.strategy}: {done} windows, {self.metrics['total_return']:+.2%})"
