"""The windows of a walk-forward as numbers and plots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.search.contract import WalkForwardReportable
from tradefleet.research.report.search.formats import drawn, format_of, title_of, value_text
from tradefleet.research.report.search.plots import scale
from tradefleet.research.report.texts import date, words

if TYPE_CHECKING:
    import polars as pl

MOST_POINTS = 3_000
# A line at every window's start helps as long as they can be told apart.
MOST_STARTS = 80


def nanoseconds(column: pl.Series) -> list[int]:
    """Times of a column of datetimes, or of nanoseconds as they are."""
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    times = column if column.dtype.is_integer() else column.dt.epoch("ns")
    return [int(time) for time in times.cast(pl.Int64).to_list()]


def used(walk: WalkForwardReportable) -> pl.DataFrame:
    """The windows that were not skipped."""
    windows = walk.windows
    return windows.filter(windows["skipped"].is_null()) if "skipped" in windows.columns else windows


def equity_plots(walk: WalkForwardReportable) -> dict[str, dict[str, Any]]:
    """The stitched account beside the one that held, and how far each was below its peak."""
    frame = walk.equity
    if len(frame) == 0:
        return {}
    some = np.unique(np.linspace(0, len(frame) - 1, min(len(frame), MOST_POINTS)).astype(np.int64))
    times = [time // 1_000_000 for time in nanoseconds(frame["time"][some])]
    lines = {name: frame[name].cast(float).to_numpy() for name in ("equity", "buy_and_hold") if name in frame.columns}
    looks = {"equity": ("out of sample", "accent"), "buy_and_hold": ("buy and hold", "held")}
    starts = [time // 1_000_000 for time in nanoseconds(used(walk)["test_since"])]
    marks: list[dict[str, Any]] = [{"kind": "starts", "x": starts}] if len(starts) <= MOST_STARTS else []
    x = {"label": "", "format": "time"}

    def line(name: str, values: NDArray[np.float64]) -> dict[str, Any]:
        told, colour = looks[name]
        return {"kind": "line", "x": times, "y": drawn(values[some]), "colour": colour, "name": told}

    falls = {name: _drawdown(values) for name, values in lines.items()}
    return {
        "equity": {
            "label": "Stitched out-of-sample equity beside buying and holding",
            "x": x,
            "y": {"label": "equity", "format": "money"},
            "marks": marks + [line(name, lines[name]) for name in reversed(lines)],
        },
        "drawdown": {
            "label": "Drawdown of both accounts",
            "x": x,
            "y": {"label": "drawdown", "format": "percent", "zero": True},
            "marks": [
                line(name, fall) | ({"colour": "fall", "fill": True} if name == "equity" else {"thin": True})
                for name, fall in reversed(falls.items())
            ],
        },
    }


def window_plots(walk: WalkForwardReportable) -> dict[str, dict[str, Any]]:
    """The objective in and out of sample, window by window and against each other."""
    name = walk.objective.name
    windows = used(walk)
    sides = [f"train_{name}", f"test_{name}"]
    if len(windows) == 0 or any(side not in windows.columns for side in sides):
        return {}
    inside, outside = (windows[side].cast(float).fill_null(math.nan).to_numpy() for side in sides)
    days = [date(time) for time in nanoseconds(windows["test_since"])]
    title = title_of(name)
    known = inside[np.isfinite(inside)]
    both = drawn([float(known.min()), float(known.max())]) if len(known) else []
    return {
        "bars": {
            "label": f"{title} in and out of sample, by window",
            "x": {"label": "test window from", "labels": days},
            "y": scale(name) | {"zero": True},
            "marks": [
                {"kind": "groups", "names": ["in sample", "out of sample"], "colours": ["held", "accent"],
                 "values": [drawn(inside), drawn(outside)]},
            ],
        },
        "scatter": {
            "label": f"{title} out of sample over in sample, a dot a window",
            "x": {"label": f"{title} in sample", "format": format_of(name)},
            "y": {"label": f"{title} out of sample", "format": format_of(name)},
            "marks": [
                {"kind": "line", "x": both, "y": both, "colour": "held", "name": "equal", "thin": True},
                {"kind": "dots", "x": drawn(inside), "y": drawn(outside), "colour": "accent", "name": "",
                 "large": True, "titles": [f"window from {day}" for day in days]},
            ],
        },
    }  # fmt: skip


def drift_plots(walk: WalkForwardReportable) -> dict[str, dict[str, Any]]:
    """Each chosen parameter over the windows, as steps."""
    windows = used(walk)
    if len(windows) == 0:
        return {}
    since, until = (nanoseconds(windows[name]) for name in ("test_since", "test_until"))
    x = [time // 1_000_000 for time in (*since, until[-1])]
    plots = {}
    for number, name in enumerate(each for each in walk.parameters if each in windows.columns):
        column = windows[name]
        if column.dtype.is_numeric():
            y: dict[str, Any] = {"label": words(name), "format": "value"}
            values = drawn(column.cast(float).to_list())
        else:
            labels = sorted({value_text(value) for value in column.to_list()})
            y = {"label": words(name), "labels": labels}
            values = [labels.index(value_text(value)) for value in column.to_list()]
        steps = {"kind": "line", "x": x, "y": [*values, values[-1]], "colour": "accent", "step": True, "name": ""}
        plots[f"drift-{number}"] = {
            "label": f"{words(name)} chosen in each window",
            "x": {"label": "", "format": "time"},
            "y": y,
            "marks": [steps],
        }
    return plots


def _drawdown(values: NDArray[np.float64]) -> NDArray[np.float64]:
    peak = np.maximum.accumulate(values)
    return values / np.where(peak > 0, peak, np.nan) - 1
