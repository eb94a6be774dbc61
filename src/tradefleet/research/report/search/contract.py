"""What the pages need to know of a sweep, an optimization or a walk-forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl


class Objective(Protocol):
    """The measure that combinations are ranked by, a column of the table."""

    @property
    def name(self) -> str: ...

    @property
    def higher_is_better(self) -> bool: ...


class Overfitting(Protocol):
    """What cross-validation found: the logit of the chosen one's rank on the other half, one a split; may be empty."""

    @property
    def logits(self) -> NDArray[np.float64]: ...


class Luck(Protocol):
    """How much of the best result is luck: a verdict in words and the numbers behind it.

    `as_dict` has the numbers by name; what is absent or None is not shown (report/search/luck.py names those that are).
    """

    @property
    def verdict(self) -> str: ...

    @property
    def overfitting(self) -> Overfitting: ...

    def as_dict(self) -> Mapping[str, object]: ...


class Searched(Protocol):
    """What all three pages tell: of which strategy, on which data, and how.

    `data` says what was traded (symbol, timeframe, bars, first, last) and `settings` how (cash, fee, ...); entries that
    are absent are not shown. `buy_and_hold` has measures of the account that bought and held. `trials` counts the
    combinations that were run, failed ones included. `luck` is None where it was not judged.
    """

    @property
    def strategy(self) -> str: ...

    @property
    def data(self) -> Mapping[str, object]: ...

    @property
    def settings(self) -> Mapping[str, object]: ...

    @property
    def trials(self) -> int: ...

    @property
    def luck(self) -> Luck | None: ...

    @property
    def buy_and_hold(self) -> Mapping[str, float]: ...

    @property
    def warnings(self) -> Sequence[str]: ...


class SweepReportable(Searched, Protocol):
    """A sweep's outcome.

    `axes` has the swept parameters and their values. `table` has a row a combination: the axes' columns, the measures,
    `confirm_` and a measure's name where a part of the data was kept back to confirm, and `error`, a text or null (the
    column may be absent). Measures of a failed combination are NaN or null.
    """

    @property
    def axes(self) -> Mapping[str, Sequence[Any]]: ...

    @property
    def table(self) -> pl.DataFrame: ...

    @property
    def objective(self) -> Objective: ...


class StudyReportable(Searched, Protocol):
    """An optimization's outcome.

    `table` has a row a trial, in order: `number`, `state` ("complete", "pruned" or "failed"), the parameters, the
    measures (each objective is one of them), and perhaps `confirm_` columns and `error`. `axes` has the parameters and
    the values that were open to them; for a range its two ends do. `importance` has a share a parameter, and is empty
    where it is not known.
    """

    @property
    def axes(self) -> Mapping[str, Sequence[Any]]: ...

    @property
    def table(self) -> pl.DataFrame: ...

    @property
    def objectives(self) -> Sequence[Objective]: ...

    @property
    def importance(self) -> Mapping[str, float]: ...


class WalkForwardReportable(Searched, Protocol):
    """A walk-forward's outcome.

    `windows` has a row a window: `train_since`, `train_until`, `test_since`, `test_until` (datetimes or nanoseconds),
    the chosen value of each of `parameters`, measures with `train_` and `test_` before their names, and `skipped`, a
    text that says why or null. `equity` has `time`, `equity` and `buy_and_hold`: the stitched out-of-sample account
    beside the one that held. `metrics` are the stitched account's measures; `efficiency` is out-of-sample performance
    over in-sample, NaN where undefined.
    """

    @property
    def parameters(self) -> Sequence[str]: ...

    @property
    def windows(self) -> pl.DataFrame: ...

    @property
    def objective(self) -> Objective: ...

    @property
    def equity(self) -> pl.DataFrame: ...

    @property
    def metrics(self) -> Mapping[str, float]: ...

    @property
    def efficiency(self) -> float: ...
