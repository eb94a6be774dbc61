"""How the chosen parameters move from window to window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Drift:
    """One parameter over the windows.

    `values` has what was chosen in each window, None where it was skipped. `changes` is the share of windows whose
    value differs from that of the one before; `mean_step` is by how many places on the grid they differ on average, NaN
    without a grid. A parameter that wanders far from window to window fits noise.
    """

    name: str
    values: tuple[Any, ...]
    changes: float
    mean_step: float


def drift_of(chosen: Sequence[Mapping[str, Any] | None], grid: Mapping[str, Sequence[Any]]) -> tuple[Drift, ...]:
    """The drift of each chosen parameter; skipped windows (None) are passed over. `grid` has the values in order.

    >>> (fast,) = drift_of([{"fast": 5}, None, {"fast": 5}, {"fast": 15}], {"fast": [5, 10, 15]})
    >>> fast.changes, fast.mean_step
    (0.5, 1.0)
    """
    known = [each for each in chosen if each is not None]
    return tuple(
        Drift(
            name,
            tuple(None if each is None else each.get(name) for each in chosen),
            changed([each.get(name) for each in known]),
            _mean_step([each.get(name) for each in known], grid.get(name, ())),
        )
        for name in dict.fromkeys(name for each in known for name in each)
    )


def changed(values: Sequence[Any]) -> float:
    """The share of values that differ from the one before; NaN below two."""
    pairs = list(pairwise(values))
    return sum(before != after for before, after in pairs) / len(pairs) if pairs else math.nan


def _mean_step(values: Sequence[Any], grid: Sequence[Any]) -> float:
    places = {value: place for place, value in enumerate(grid)}
    if len(values) < 2 or any(value not in places for value in values):
        return math.nan
    steps = [abs(places[after] - places[before]) for before, after in pairwise(values)]
    return sum(steps) / len(steps)
