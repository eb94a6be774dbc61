"""Every measure over every two axes, as the page's heatmap needs it: cells, not combinations."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.packing import Column, pack_floats
from tradefleet.research.report.search.axis import Axis
from tradefleet.research.report.search.formats import format_of, title_of
from tradefleet.research.report.search.ranking import Ranking
from tradefleet.research.report.texts import words

if TYPE_CHECKING:
    import polars as pl

# Numbers in a page's heatmaps; measures are left out beyond it.
BUDGET = 700_000
# Pairs of axes, first come.
MOST_PAIRS = 21
MODES = {
    "slice": "where the best has them",
    "median": "any: the median",
    "best": "any: the best of them",
}


def heat_payload(ranked: Ranking) -> dict[str, Any] | None:
    """The heatmaps of a search, None below two axes.

    A cell of mode `best` has the measures of its combination that is best by the objective.
    """
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    axes = ranked.axes
    if len(axes) < 2:
        return None
    pairs = list(combinations(range(len(axes)), 2))[:MOST_PAIRS]
    names = _affordable(ranked.offered, axes, pairs)
    frame = pl.DataFrame({_code(i): axis.codes for i, axis in enumerate(axes)}).with_columns(
        ranked.rows[name].cast(pl.Float64).fill_nan(None) for name in names
    )
    best = [int(axis.codes[0]) for axis in axes]
    return {
        "axes": [{"label": words(axis.name), "labels": list(axis.labels), "exact": axis.exact} for axis in axes],
        "measures": [{"label": title_of(name), "format": format_of(name)} for name in names],
        "modes": MODES,
        "best": best,
        "pairs": [_pair(frame, axes, x, y, best, names) for x, y in pairs],
    }


def _affordable(names: tuple[str, ...], axes: tuple[Axis, ...], pairs: list[tuple[int, int]]) -> tuple[str, ...]:
    cells = sum(len(axes[x].labels) * len(axes[y].labels) for x, y in pairs)
    return names[: max(1, BUDGET // (cells * len(MODES)))]


def _pair(
    frame: pl.DataFrame, axes: tuple[Axis, ...], x: int, y: int, best: list[int], names: tuple[str, ...]
) -> dict[str, Any]:  # fmt: skip
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    keys = [_code(x), _code(y)]
    shape = (len(axes[y].labels), len(axes[x].labels))
    others = [pl.col(_code(i)) == best[i] for i in range(len(axes)) if i not in (x, y)]
    cells = frame.group_by(keys).agg(
        pl.col(names).median().name.prefix("median "), pl.col(names).first().name.prefix("best "), pl.len()
    )
    single = int(cells["len"].to_numpy().max()) == 1
    here = frame.filter(others).group_by(keys).agg(pl.col(names).median()) if others else cells
    modes = {
        "slice": [] if single else [_matrix(here, keys, name, shape) for name in names if others],
        "median": [_matrix(cells, keys, f"median {name}", shape) for name in names],
        "best": [] if single else [_matrix(cells, keys, f"best {name}", shape) for name in names],
    }
    offered = {mode: drawn for mode, drawn in modes.items() if drawn}
    # A slice of a random search has next to no cells.
    usual = "slice" if "slice" in offered and 2 * len(here) >= len(cells) else "best" if not single else "median"
    return {"x": x, "y": y, "modes": offered, "usual": usual}


def _matrix(cells: pl.DataFrame, keys: list[str], name: str, shape: tuple[int, int]) -> Column:
    matrix = np.full(shape, np.nan)
    matrix[cells[keys[1]].to_numpy(), cells[keys[0]].to_numpy()] = cells[name].fill_null(np.nan).to_numpy()
    return pack_floats(_shorter(matrix.ravel()))


def _shorter(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # Rounded to 16 bits, some five digits: enough to look at, and a byte of zeros packs to nothing.
    single = np.clip(values, -3e38, 3e38).astype(np.float32)
    bits = (single.view(np.uint32) + np.uint32(0x80)) & np.uint32(0xFFFFFF00)
    rounded: NDArray[np.float32] = bits.view(np.float32)
    return rounded.astype(np.float64)


def _code(number: int) -> str:
    return f"code {number}"
