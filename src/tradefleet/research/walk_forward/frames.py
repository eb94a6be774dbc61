"""Walking forward as polars frames."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.walk_forward.efficiency import efficiency_of
from tradefleet.research.walk_forward.walking import Step

if TYPE_CHECKING:
    import polars as pl

_NONE: Mapping[str, float] = dict.fromkeys(MEASURES, math.nan)
_TIMES = ("train_since", "train_until", "test_since", "test_until")
_BARS = ("train_bars", "test_bars")
_TAKEN = {
    *("window", *_TIMES, *_BARS, "efficiency", "tried", "skipped"),
    *(f"{part}_{name}" for part in ("train", "test") for name in MEASURES),
}


def windows_frame(steps: Sequence[Step]) -> pl.DataFrame:
    """A row a window; measures are NaN and parameters null where it was skipped."""
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    windows = [step.window for step in steps]
    columns = [pl.Series("window", [window.number for window in windows])]
    columns += [
        pl.Series(name, [getattr(window, name) for window in windows]).cast(pl.Datetime("ns", "UTC")) for name in _TIMES
    ]
    columns += [pl.Series(name, [getattr(window, name) for window in windows]) for name in _BARS]
    columns += [pl.Series(name, values, strict=False) for name, values in parameters_of(steps).items()]
    columns.append(pl.Series("efficiency", [efficiency_of(step) for step in steps]))
    for part, measures in (("train", _train), ("test", _test)):
        found = [measures(step) for step in steps]
        columns += [pl.Series(f"{part}_{name}", [each[name] for each in found]) for name in MEASURES]
    columns.append(pl.Series("tried", [step.choice.tried for step in steps]))
    columns.append(pl.Series("skipped", [step.skipped or None for step in steps], dtype=pl.String))
    return pl.DataFrame(columns)


def parameters_of(steps: Sequence[Step]) -> dict[str, list[Any]]:
    """The values chosen, a list a parameter with one a window: None where it was skipped."""
    chosen = [step.choice.parameters or {} if step.result is not None else {} for step in steps]
    names = dict.fromkeys(name for each in chosen for name in each)
    return {column_of(name): [each.get(name) for each in chosen] for name in names}


def column_of(name: str) -> str:
    """A parameter's column; one with the name of another column is told apart.

    >>> column_of("fast"), column_of("efficiency")
    ('fast', 'efficiency (parameter)')
    """
    return f"{name} (parameter)" if name in _TAKEN else name


def _train(step: Step) -> Mapping[str, float]:
    return step.choice.measures if step.result is not None else _NONE


def _test(step: Step) -> Mapping[str, float]:
    return _NONE if step.result is None else step.result.metrics


def trades_frame(steps: Sequence[Step]) -> pl.DataFrame:
    """The trades of all tests, the number of the window in front."""
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    return pl.concat(
        step.result.trades.select(pl.lit(step.window.number, dtype=pl.Int64).alias("window"), pl.all())
        for step in steps
        if step.result is not None
    )


def curve(times: Integers, equity: Floats, **beside: Floats) -> pl.DataFrame:
    """Time and equity, and other columns beside it."""
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    time = pl.Series("time", np.asarray(times)).cast(pl.Datetime("ns", "UTC"))
    return pl.DataFrame([time, pl.Series("equity", equity), *(pl.Series(name, each) for name, each in beside.items())])
