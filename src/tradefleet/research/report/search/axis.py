"""A swept parameter as an axis: few places, each with a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.search.formats import value_text

if TYPE_CHECKING:
    import polars as pl

# More values than this are gathered into ranges of equal width, so many at most.
MOST_VALUES = 100
MOST_RANGES = 30


@dataclass(frozen=True, eq=False)
class Axis:
    """A parameter's places in order.

    `codes` has the place of each row and `numbers` its value, the place's number where the values are texts.
    `positions` are the places' values on that scale, None for texts. `exact` says that a place is one value, not a
    range of them.
    """

    name: str
    labels: Sequence[str]
    positions: Sequence[float] | None
    codes: NDArray[np.int32]
    numbers: NDArray[np.float64]
    exact: bool

    def unit(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Where values lie between the lowest number, 0, and the highest, 1."""
        low, high = float(self.numbers.min()), float(self.numbers.max())
        return (values - low) / (high - low) if high > low else np.full(len(values), 0.5)


def axis_of(name: str, values: Sequence[Any], column: pl.Series, most: int = MOST_VALUES) -> Axis:
    """The axis of a table's column; texts keep the order in which `values` lists them.

    More than `most` numbers become ranges.

    >>> import polars as pl
    >>> axis_of("side", ["short", "long"], pl.Series(["long", "short", "long"])).labels
    ['short', 'long']
    """
    if column.dtype.is_numeric() and not column.has_nulls() and column.cast(float).is_finite().all():
        return _of_numbers(name, column, most)
    return _of_texts(name, values, column)


def _of_numbers(name: str, column: pl.Series, most: int) -> Axis:
    numbers = column.cast(float).to_numpy()
    places, codes = np.unique(numbers, return_inverse=True)
    if len(places) <= most:
        labels = [value_text(int(place) if column.dtype.is_integer() else float(place)) for place in places]
        return Axis(name, labels, places.tolist(), codes.astype(np.int32), numbers, exact=True)
    ranges = min(MOST_RANGES, most)
    edges = np.linspace(places[0], places[-1], ranges + 1)
    binned = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, ranges - 1).astype(np.int32)
    middles = (edges[:-1] + edges[1:]) / 2
    digits = 3 if float(edges[-1] - edges[0]) > 0.02 * float(np.abs(edges).max()) else 6
    return Axis(name, [f"{middle:.{digits}g}" for middle in middles], middles.tolist(), binned, numbers, exact=False)


def _of_texts(name: str, values: Sequence[Any], column: pl.Series) -> Axis:
    order = {value_text(value): place for place, value in reversed(list(enumerate(values)))}
    texts = [value_text(value) for value in column.unique().to_list()]
    labels = sorted(texts, key=lambda text: (order.get(text, len(order)), text))
    kept = labels[:MOST_VALUES]
    place = {text: min(number, len(kept) - 1) for number, text in enumerate(labels)}
    distinct: dict[object, int] = {value: place[value_text(value)] for value in column.unique().to_list()}
    codes = np.fromiter((distinct[value] for value in column.to_list()), dtype=np.int32, count=len(column))
    if len(labels) > len(kept):
        kept[-1] = f"{kept[-1]} and {len(labels) - len(kept)} more"
    return Axis(name, kept, None, codes, codes.astype(float), exact=len(labels) == len(kept))
