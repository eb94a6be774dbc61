"""An optimization as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradefleet.research.report.measures import printed
from tradefleet.research.report.texts import words
from tradefleet.research.table import aligned

if TYPE_CHECKING:
    from tradefleet.research.optimize.optimization import Optimization
    from tradefleet.research.optimize.trial import Trial

_TOP = 20
_SHOWN = ("total_return", "sharpe", "max_drawdown", "trades")


def optimization_table(found: Optimization, top: int = _TOP) -> str:
    """The best trials in rows (with several objectives the Pareto front), and what to know of them."""
    trials = found.front if len(found.objectives) > 1 else found.ranked()
    lines = [_headline(found, len(trials), top)]
    if trials:
        lines += ["", _rows(found, trials[:top]), ""]
    if found.luck is not None:
        lines.append(found.luck.verdict)
    lines += [f"warning: {warning}" for warning in found.warnings]
    return "\n".join(lines).rstrip()


def _rows(found: Optimization, trials: list[Trial]) -> str:
    objectives = [objective.name for objective in found.objectives]
    measures = [*objectives, *(name for name in _SHOWN if name not in objectives)]
    rows = [["trial", *map(words, found.problem.names), *map(words, measures)]]
    for trial in trials:
        cells = [f"{value:.6g}" if isinstance(value, float) else str(value) for value in trial.parameters.values()]
        rows.append([str(trial.number), *cells, *(printed(name, trial.measure(name)) for name in measures)])
    return aligned(rows, right=range(len(rows[0])))


def _headline(found: Optimization, count: int, top: int) -> str:
    names = ", ".join(objective.name for objective in found.objectives)
    what = "on the Pareto front" if len(found.objectives) > 1 else "complete"
    pruned = f", {found.pruned} pruned" if found.pruned else ""
    shown = f"; the best {top}" if count > top else ""
    tried = f"{found.strategy}: {found.trials} trials by {found.problem.sampler} for {names}"
    return f"{tried}: {count} {what}{pruned}{shown}"
