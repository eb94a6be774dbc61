"""Where the windows of a walk forward lie."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import TimeLike, format_time, parse_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.research.search.evaluator import Span
from tradefleet.research.walk_forward.length import Length

Times = NDArray[np.int64]

# Fewer bars tell nothing.
FEWEST_BARS = 10


@dataclass(frozen=True)
class Layout:
    """How windows are laid over the bars.

    Each window trains for `train`, leaves `gap` out, and tests for `test`; the next one's test begins `step` after this
    one's (`test` where it is None). Where `anchored`, every training begins at the first bar, and `train` is that of
    the first window alone.

    >>> Layout.parse("252d", "21d", gap="1d")
    Layout(train=Length(...), test=Length(...), gap=Length(...), step=None, anchored=False)
    """

    train: Length
    test: Length
    gap: Length = field(default_factory=Length)
    step: Length | None = None
    anchored: bool = False

    @classmethod
    def parse(
        cls, train: str | int | Length, test: str | int | Length, *, gap: str | int | Length = 0,
        step: str | int | Length | None = None, anchored: bool = False,
    ) -> Layout:  # fmt: skip
        """A layout of lengths as users write them."""
        stepped = None if step is None else Length.parse(step, "step")
        return cls(
            Length.parse(train, "train"), Length.parse(test, "test"), Length.parse(gap, "gap"), stepped, anchored
        )

    def __post_init__(self) -> None:
        for name in ("train", "test"):
            if not getattr(self, name):
                raise ParameterError(f"{name} is 0", cure="give a length such as 252d")
        if self.step is not None and not self.step:
            raise ParameterError("step is 0", cure="leave it out: windows then follow one another")

    def as_dict(self) -> dict[str, str | bool]:
        """The layout as text."""
        step = self.test if self.step is None else self.step
        texts = {"train": self.train, "test": self.test, "gap": self.gap, "step": step}
        return {**{name: str(length) for name, length in texts.items()}, "anchored": self.anchored}


@dataclass(frozen=True)
class Window:
    """One training and the test that follows it: bars that open in [since, until), UTC nanoseconds.

    `number` counts from 1; `train_bars` and `test_bars` are the bars there are.
    """

    number: int
    train_since: int
    train_until: int
    test_since: int
    test_until: int
    train_bars: int
    test_bars: int

    @property
    def train(self) -> Span:
        """The bars trained on."""
        return Span(self.train_since, self.train_until)

    @property
    def test(self) -> Span:
        """The bars tested on."""
        return Span(self.test_since, self.test_until)

    @property
    def too_short(self) -> str:
        """Why the window is skipped: it has fewer than 10 bars to train or to test on; "" where it has enough."""
        for name, bars in (("training", self.train_bars), ("test", self.test_bars)):
            if bars < FEWEST_BARS:
                return f"the {name} has {bars} bars, fewer than {FEWEST_BARS}"
        return ""


def times_of(times: Times, timeframe: Timeframe, since: TimeLike | None = None, until: TimeLike | None = None) -> Times:
    """Those of some rising open times that lie in [since, until); raises DataError where none does."""
    begin = 0 if since is None else int(np.searchsorted(times, parse_time(since, "since")))
    end = len(times) if until is None else int(np.searchsorted(times, parse_time(until, "until")))
    if begin >= end:
        raise DataError(
            f"no {timeframe} bar opens from {since or 'the start'} to {until or 'the end'}", cure="widen it"
        )
    return times[begin:end]


def windows_of(times: Times, timeframe: Timeframe, layout: Layout) -> list[Window]:
    """The windows over bars that open at some rising times.

    Tests do not overlap, and cover all bars after the first training and gap unless `step` leaves some out; the last
    test may be short. Raises ParameterError where not even one whole window fits, or where tests would overlap.

    >>> days = np.arange(30) * 86_400 * 10**9
    >>> windows = windows_of(days, Timeframe.parse("1d"), Layout.parse("10d", "10d"))
    >>> [(each.train_bars, each.test_bars) for each in windows]
    [(10, 10), (10, 10)]
    """
    clock = _Clock(times, timeframe.nanoseconds)
    step = layout.test if layout.step is None else layout.step
    since, trained = clock.start, clock.after(clock.start, layout.train)
    begin = clock.after(trained, layout.gap)
    _check_room(clock, timeframe, layout, clock.after(begin, layout.test))
    windows: list[Window] = []
    while begin < clock.end:
        until = min(clock.after(begin, layout.test), clock.end)
        bars = clock.bars(since, trained), clock.bars(begin, until)
        windows.append(Window(len(windows) + 1, since, trained, begin, until, *bars))
        begin = clock.after(begin, step)
        if begin < until:
            raise ParameterError(
                f"step is {step}, shorter than the test of {layout.test}: tests would overlap",
                cure=f"give a step of {layout.test} or more",
            )
        trained = clock.before(begin, layout.gap)
        since = clock.start if layout.anchored else max(clock.start, clock.before(trained, layout.train))
    return windows


def _check_room(clock: _Clock, timeframe: Timeframe, layout: Layout, needed: int) -> None:
    if needed <= clock.end:
        return
    parts = [f"train {layout.train}", *([f"gap {layout.gap}"] if layout.gap else []), f"test {layout.test}"]
    days = (clock.end - clock.start) / Timeframe.parse("1d").nanoseconds
    raise ParameterError(
        f"{' + '.join(parts)} is longer than the data: {len(clock.times):,} {timeframe} bars, {days:,.4g} days",
        where=f"{format_time(clock.start)} to {format_time(clock.end)}",
        cure="give shorter windows, or more bars",
    )


class _Clock:
    """Moments before and after one another, by time or by bars."""

    def __init__(self, times: Times, bar: int) -> None:
        self.times = times
        self.start, self.end = int(times[0]), int(times[-1]) + bar
        self._bar = bar

    def after(self, moment: int, length: Length) -> int:
        if not length.bars:
            return moment + length.nanoseconds
        index = self._index(moment) + length.bars
        # Past the last bar there is none to count: as if bars went on.
        return int(self.times[index]) if index < len(self.times) else self.end + (index - len(self.times)) * self._bar

    def before(self, moment: int, length: Length) -> int:
        return (
            int(self.times[max(0, self._index(moment) - length.bars)]) if length.bars else moment - length.nanoseconds
        )

    def bars(self, since: int, until: int) -> int:
        return self._index(until) - self._index(since)

    def _index(self, moment: int) -> int:
        return int(np.searchsorted(self.times, moment))
