"""What is written about a symbol: parameters to trade by, and how they were found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradefleet.market.time import format_time
from tradefleet.research.analyze.pair import Pair
from tradefleet.strategies.strategy import COMMON

if TYPE_CHECKING:
    from tradefleet.research.analyze.analysis import Analysis

# Parameters of the weighted score that have a place of their own in its file; 0 is the file's own value.
_SCORE = ("threshold", "exit_threshold")


@dataclass(frozen=True)
class Entry:
    """`params` are those that every strategy has, `score` those of the weighted score, `analysis` what was found."""

    params: Mapping[str, Any]
    score: Mapping[str, float]
    analysis: Mapping[str, Any]


def entry_of(analysis: Analysis, pair: Pair, version: str, made: str | None) -> Entry:
    """The entry of a symbol's chosen pair."""
    best = pair.best[0]
    values = {**analysis.fixed, **best.parameters}
    scored = analysis.strategy == "weighted_score"
    return Entry(
        params={name: value for name, value in values.items() if name in COMMON or name == "size"},
        score={name: values[name] for name in _SCORE if scored and values.get(name, 0.0) != 0.0},
        analysis=_analysis(analysis, pair, values, version, made),
    )


def _analysis(
    analysis: Analysis, pair: Pair, values: Mapping[str, Any], version: str, made: str | None
) -> dict[str, Any]:
    best, bars = pair.best[0], pair.bars
    found: dict[str, Any] = {
        "strategy": analysis.strategy,
        "timeframe": pair.timeframe,
        "parameters": values,
        "confirmed": best.confirmed,
        "objective": analysis.objective.name,
        "training": best.training[analysis.objective.name],
        "confirmation": best.confirmation[analysis.objective.name],
        "confirmation_return": best.confirmation["total_return"],
        "trials": analysis.trials_of(pair.symbol),
        "deflated_sharpe": analysis.deflated_sharpe(pair),
    }
    if bars is not None:
        end = int(bars.time[-1]) + bars.timeframe.nanoseconds
        found |= {
            "trained_from": format_time(int(bars.time[0])),
            "trained_until": format_time(pair.split),
            "confirmed_from": format_time(pair.split),
            "confirmed_until": format_time(end),
            "bars": bars.fingerprint,
        }
    found |= {**analysis.settings, "version": version} | ({} if made is None else {"made": made})
    # Neither JSON nor a reader has use for what is not a number.
    return {name: value for name, value in found.items() if not (isinstance(value, float) and not math.isfinite(value))}
