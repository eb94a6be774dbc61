"""The page of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tradefleet.research.report.search.around import around_section
from tradefleet.research.report.search.axis import Axis
from tradefleet.research.report.search.confirmation import confirmation_plot, confirmation_text, has_confirmation
from tradefleet.research.report.search.contract import Searched, SweepReportable
from tradefleet.research.report.search.formats import CONFIRM, shown_as, title_of
from tradefleet.research.report.search.frame import block, facts, head, plot, warnings_note, whole_page
from tradefleet.research.report.search.heat import heat_payload
from tradefleet.research.report.search.lines import lines_payload
from tradefleet.research.report.search.luck import logits_plot, luck_section
from tradefleet.research.report.search.plots import effect, histogram, rule
from tradefleet.research.report.search.ranking import COMPARED, Ranking, ranking
from tradefleet.research.report.search.tables import combination, errors_table, summary_table, top_table
from tradefleet.research.report.texts import escape, words


def sweep_page(swept: SweepReportable) -> str:
    """One self-contained HTML page for a sweep, whatever its size: large ones are summed up.

    The text holds styles, scripts and data; it loads nothing.
    """
    ranked = ranking(swept.table, swept.axes, swept.objective)
    plots = common_plots(ranked, swept, effect)
    body = f"""{head("sweep", swept)}
<p class="headline">{headline(ranked, swept.trials, "combination")}</p>
{warnings_note(swept.warnings)}
{block("The best beside the rest", "", summary(ranked, swept))}
{block("How much of it is luck?", f"after {swept.trials:,} trials", luck_section(swept.luck))}
{common_blocks(ranked, plots, around_section(ranked, swept.axes))}
{block(f"Errors: {ranked.failed:,}", "", errors_table(ranked))}
{block("How it was run", "", run_facts(swept, {words(name): list(each) for name, each in swept.axes.items()}))}"""
    data = {"plots": plots, "heat": heat_payload(ranked), "lines": lines_payload(ranked)}
    return whole_page(f"{swept.strategy} sweep", body, data)


def headline(ranked: Ranking, trials: int, noun: str) -> str:
    """The best combination and its objective, beside the median one's."""
    name, better = ranked.objective.name, "highest" if ranked.objective.higher_is_better else "lowest"
    count = f"{trials:,} {noun}{'' if trials == 1 else 's'}"
    failed = f" {ranked.failed:,} failed." if ranked.failed else ""
    if not len(ranked.rows):
        return f"Of {count} none has a value of {escape(title_of(name))}.{failed}"
    best = ranked.best()
    names = [axis.name for axis in ranked.axes]
    at = f": <b>{escape(combination(best, names))}</b>" if names else ""
    return (
        f"Of {count}, the {better} {escape(title_of(name))} is <b>{shown_as(name, best[name])}</b>{at}. "
        f"The median combination has {shown_as(name, ranked.median(name))}.{failed}"
    )


def summary(ranked: Ranking, searched: Searched) -> str:
    """Measures of the best, the median combination, the one that bought and held, and the best in confirmation."""
    best = ranked.best()
    measures = dict.fromkeys((ranked.objective.name, *COMPARED))
    present = [name for name in measures if name in ranked.rows.columns]
    columns: dict[str, Any] = {"best": {name: best.get(name) for name in present}}
    if has_confirmation(ranked):
        confirmed = [name for name in present if f"{CONFIRM}{name}" in ranked.rows.columns]
        columns["best in confirmation"] = {name: best.get(f"{CONFIRM}{name}") for name in confirmed}
    columns["median of all"] = {name: ranked.median(name) for name in present}
    columns["buy and hold"] = searched.buy_and_hold
    return summary_table(columns, present)


def common_plots(
    ranked: Ranking, searched: Searched, by_axis: Callable[[Ranking, Axis], dict[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    """The plots that sweeps and optimizations share; absent ones have nothing to draw."""
    name = ranked.objective.name
    rules = [rule(ranked.median(name), name, "median", "held")]
    if len(ranked.rows):
        rules.append(rule(float(ranked.values[0]), name, "best", "second"))
    if name in searched.buy_and_hold:
        rules.append(rule(searched.buy_and_hold[name], name, "buy and hold", "third"))
    plots = {
        "histogram": histogram(ranked.values, name, rules),
        "logits": logits_plot(searched.luck),
        "confirmation": confirmation_plot(ranked) if has_confirmation(ranked) else None,
        **{f"effect-{number}": by_axis(ranked, axis) for number, axis in enumerate(ranked.axes)},
    }
    return {key: drawing for key, drawing in plots.items() if drawing is not None}


def common_blocks(ranked: Ranking, plots: dict[str, Any], around: str) -> str:
    """The parts that sweeps and optimizations share, from the top table down to the effects.

    `around` is the neighbourhood of the best, to stand beside the heatmap.
    """
    title = escape(title_of(ranked.objective.name))
    blocks = [block("The best combinations", "a click on a heading sorts", top_table(ranked))]
    if len(ranked.axes) > 1 and len(ranked.rows):
        beside = f"<div><h3>Around the best</h3>{around}</div>"
        heat = f'<div class="beside"><div data-heat class="heatmap"></div>{beside}</div>'
        blocks.append(block("Over two parameters", "the best is framed", heat))
    else:
        blocks.append(block("Around the best", "", around))
    if "histogram" in plots:
        blocks.append(block(f"{title} of all", "the outermost are gathered at the edges", plot("histogram")))
    if "confirmation" in plots:
        text = f"<p>{confirmation_text(ranked)}</p>"
        blocks.append(block("Training and confirmation", "", text + plot("confirmation", 340)))
    effects = "".join(plot(key, 220) for key in plots if key.startswith("effect-"))
    if effects:
        note = "all other parameters varying"
        blocks.append(block(f"{title} by each parameter", note, f'<div class="many">{effects}</div>'))
    if len(ranked.axes) and len(ranked.rows) > 1:
        note = "a line a combination; drag along an axis to choose"
        blocks.append(block("All parameters at once", note, '<div data-lines class="parallel"></div>'))
    return "\n".join(blocks)


def run_facts(searched: Searched, axes: dict[str, object]) -> str:
    """Searched parameters, settings and data."""
    parts = [facts("Searched", axes), facts("Settings", searched.settings), facts("Data", searched.data)]
    return f'<div class="columns">{"".join(parts)}</div>'
