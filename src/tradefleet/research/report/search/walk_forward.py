"""The page of a walk-forward."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tradefleet.research.report.measures import label
from tradefleet.research.report.search.contract import WalkForwardReportable
from tradefleet.research.report.search.formats import shown_as, title_of
from tradefleet.research.report.search.frame import block, facts, head, plot, warnings_note, whole_page
from tradefleet.research.report.search.luck import logits_plot, luck_section
from tradefleet.research.report.search.ranking import COMPARED
from tradefleet.research.report.search.tables import (
    heading,
    measure_cell,
    sortable,
    summary_table,
    value_cell,
)
from tradefleet.research.report.search.windows import drift_plots, equity_plots, nanoseconds, used, window_plots
from tradefleet.research.report.texts import date, escape, number, words

SIDES = ("train_", "test_")


def walk_forward_page(walk: WalkForwardReportable) -> str:
    """One self-contained HTML page for a walk-forward; the text loads nothing."""
    equity, windows, drift = equity_plots(walk), window_plots(walk), drift_plots(walk)
    logits = logits_plot(walk.luck)
    plots = equity | windows | drift | ({} if logits is None else {"logits": logits})
    title = escape(title_of(walk.objective.name))
    body = f"""{head("walk-forward", walk)}
<p class="headline">{_headline(walk)}</p>
{warnings_note(walk.warnings)}
{block("Stitched out-of-sample equity", "each window traded with what was chosen before it", _drawn(equity, 300, 160))}
{block("Out of sample beside buy and hold", "", _summary(walk))}
{block("How much of it is luck?", f"after {walk.trials:,} trials", luck_section(walk.luck))}
{block(f"{title} in and out of sample", "", _drawn(windows, 280, 340))}
{block("The chosen parameters over time", "steps that wander say that no setting lasts", _many(drift))}
{block("Windows", "a click on a heading sorts", _table(walk))}
{block("How it was run", "", _facts(walk))}"""
    return whole_page(f"{walk.strategy} walk-forward", body, {"plots": plots, "heat": None, "lines": None})


def _headline(walk: WalkForwardReportable) -> str:
    name, windows = walk.objective.name, used(walk)
    skipped = len(walk.windows) - len(windows)
    rest = f" {skipped:,} skipped." if skipped else ""
    if len(windows) == 0:
        return f"No window could be traded.{rest}"
    sentences = []
    if name in walk.metrics:
        held = walk.buy_and_hold.get(name)
        beside = "" if held is None else f", buying and holding {shown_as(name, held)}"
        sentences.append(
            f"Out of sample, over {len(windows):,} windows, {escape(title_of(name))} is "
            f"<b>{shown_as(name, walk.metrics[name])}</b>{beside}.{rest}"
        )
    column = f"test_{name}"
    if column in windows.columns:
        values = windows[column].cast(float).fill_null(math.nan).to_numpy()
        values = values[~np.isnan(values)]
        if len(values):
            sentences.append(f"The median window has {shown_as(name, float(np.median(values)))}.")
    if math.isfinite(walk.efficiency):
        sentences.append(f"Efficiency <b>{number(walk.efficiency)}</b>: out of sample over in sample, 1 being no loss.")
    return " ".join(sentences) or f"{len(windows):,} windows.{rest}"


def _summary(walk: WalkForwardReportable) -> str:
    measures = [name for name in dict.fromkeys((walk.objective.name, *COMPARED)) if name in walk.metrics]
    if not measures:
        return '<p class="quiet">No measures.</p>'
    return summary_table({"out of sample": walk.metrics, "buy and hold": walk.buy_and_hold}, measures)


def _table(walk: WalkForwardReportable) -> str:
    columns = walk.windows.columns
    parameters = [name for name in walk.parameters if name in columns]
    measures = [
        f"{side}{name}"
        for name in dict.fromkeys((walk.objective.name, *COMPARED))
        for side in SIDES
        if f"{side}{name}" in columns
    ]
    head_ = [heading("#"), heading("train"), heading("test"), *(heading(words(name)) for name in parameters)]
    head_ += [heading(_side_title(name)) for name in measures]
    times = {name: nanoseconds(walk.windows[name]) for name in _TIMES}
    body = "".join(
        _row(place, {name: times[name][place] for name in _TIMES}, row, parameters, measures)
        for place, row in enumerate(walk.windows.rows(named=True))
    )
    return sortable("".join(head_), body)


_TIMES = ("train_since", "train_until", "test_since", "test_until")


def _row(
    place: int, times: Mapping[str, int], row: Mapping[str, Any], parameters: list[str], measures: list[str]
) -> str:  # fmt: skip
    skipped = row.get("skipped")
    note = "" if skipped is None else f"<small>skipped: {escape(skipped)}</small>"
    train, test = (
        f'<td data-value="{times[f"{side}since"]}">{date(times[f"{side}since"])} to {date(times[f"{side}until"])}'
        for side in SIDES
    )
    first = f'<th scope="row" data-value="{place}">{place + 1}</th>{train}</td>{test}{note}</td>'
    if skipped is not None:
        empty = '<td data-value=""></td>' * (len(parameters) + len(measures))
        return f"<tr>{first}{empty}</tr>"
    chosen = "".join(value_cell(row[name]) for name in parameters)
    return f"<tr>{first}{chosen}{''.join(_measure(name, row[name]) for name in measures)}</tr>"


def _measure(name: str, value: float | None) -> str:
    return measure_cell(name.split("_", 1)[1], value)


def _side_title(name: str) -> str:
    side, measure = name.split("_", 1)
    return f"{label(measure)} {'in' if side == 'train' else 'out'}"


def _facts(walk: WalkForwardReportable) -> str:
    settings = {"searched": [words(name) for name in walk.parameters], **walk.settings}
    return f'<div class="columns">{facts("Settings", settings)}{facts("Data", walk.data)}</div>'


def _drawn(plots: Mapping[str, Any], *heights: int) -> str:
    drawings = "".join(plot(key, height) for key, height in zip(plots, heights, strict=False))
    return drawings or '<p class="quiet">Nothing to draw.</p>'


def _many(plots: Mapping[str, Any]) -> str:
    drawings = "".join(plot(key, 170) for key in plots)
    return f'<div class="many">{drawings}</div>' if drawings else '<p class="quiet">Nothing to draw.</p>'
