"""The page of an optimization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tradefleet.research.report.search.around import around_section
from tradefleet.research.report.search.contract import StudyReportable
from tradefleet.research.report.search.formats import drawn, title_of
from tradefleet.research.report.search.frame import block, head, plot, warnings_note, whole_page
from tradefleet.research.report.search.heat import heat_payload
from tradefleet.research.report.search.lines import lines_payload
from tradefleet.research.report.search.luck import luck_section
from tradefleet.research.report.search.pareto import pareto_plots
from tradefleet.research.report.search.plots import MOST_DOTS, scale, slice_plot
from tradefleet.research.report.search.ranking import ranking
from tradefleet.research.report.search.sweep import common_blocks, common_plots, headline, run_facts, summary
from tradefleet.research.report.search.tables import errors_table
from tradefleet.research.report.texts import escape, share, words

STATES = ("complete", "pruned", "failed")


def study_page(study: StudyReportable) -> str:
    """One self-contained HTML page for an optimization: its trials in order, then as a sweep has them.

    Trials are ranked by the first objective; only complete ones are. The text loads nothing.
    """
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    complete = study.table.filter(pl.col("state") == "complete")
    ranked = ranking(complete, study.axes, study.objectives[0])
    pareto = pareto_plots(complete, study.objectives) if len(study.objectives) > 1 else {}
    plots = common_plots(ranked, study, slice_plot) | pareto | {"history": history(study)}
    everything = ranking(study.table, study.axes, study.objectives[0])
    body = f"""{head("optimization", study)}
<p class="headline">{headline(ranked, study.trials, "trial")} {_states(study)}</p>
{warnings_note(study.warnings)}
{block("The best beside the rest", "", summary(ranked, study))}
{block("How much of it is luck?", f"after {study.trials:,} trials", luck_section(study.luck))}
{block("Trials in order", "a dot a complete trial; the line is the best so far", plot("history", 300))}
{_pareto(pareto)}
{_importance(study.importance)}
{common_blocks(ranked, plots, around_section(ranked, study.axes))}
{block(f"Errors: {everything.failed:,}", "", errors_table(everything))}
{block("How it was run", "", run_facts(study, {words(name): list(each) for name, each in study.axes.items()}))}"""
    data = {"plots": plots, "heat": heat_payload(ranked), "lines": lines_payload(ranked)}
    return whole_page(f"{study.strategy} optimization", body, data)


def history(study: StudyReportable) -> dict[str, Any]:
    """The first objective trial by trial, and the best so far."""
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    objective = study.objectives[0]
    complete = study.table.filter(pl.col("state") == "complete")
    number = complete["number"].to_numpy()
    values = complete[objective.name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    best = (np.fmax if objective.higher_is_better else np.fmin).accumulate(values)
    changes = np.flatnonzero(np.append(True, best[1:] != best[:-1])) if len(best) else np.zeros(0, dtype=np.int64)
    steps = np.append(changes, len(best) - 1) if len(best) else changes
    some = np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_DOTS)).astype(np.int64))
    return {
        "label": f"{title_of(objective.name)} of each trial",
        "x": {"label": "trial", "format": "count"},
        "y": scale(objective.name),
        "marks": [
            {"kind": "dots", "x": number[some].tolist(), "y": drawn(values[some]), "colour": "accent", "faded": True,
             "name": "trial"},
            {"kind": "line", "x": number[steps].tolist(), "y": drawn(best[steps]), "colour": "second", "step": True,
             "name": "best so far"},
        ],
    }  # fmt: skip


def _states(study: StudyReportable) -> str:
    counts = {state: int((study.table["state"] == state).sum()) for state in STATES}
    return " Trials: " + ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) + "."


def _pareto(plots: Mapping[str, Any]) -> str:
    if not plots:
        return ""
    note = "no other trial is better in every objective than one on the front"
    return block(
        "Objectives against each other", note, f'<div class="many">{"".join(plot(k, 320) for k in plots)}</div>'
    )


def _importance(importance: Mapping[str, float]) -> str:
    if not importance:
        return ""
    most = max(max(importance.values()), 1e-12)
    rows = "".join(
        f'<div><dt>{escape(words(name))}</dt><dd><span class="track"><span class="bar" '
        f'style="width:{max(value, 0) / most * 100:.1f}%"></span></span><span>{share(value)}</span></dd></div>'
        for name, value in sorted(importance.items(), key=lambda item: -item[1])
    )
    note = "its share in explaining the first objective"
    return block("How much each parameter matters", note, f'<dl class="importance">{rows}</dl>')
