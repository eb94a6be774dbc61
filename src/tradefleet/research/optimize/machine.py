"""An optimization for machines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradefleet.research.optimize.optimization import Optimization


def to_json(found: Optimization) -> dict[str, Any]:
    """Everything that can be written as JSON: NaN and infinity as None, a row a trial."""
    return {
        "strategy": found.strategy,
        "data": dict(found.data),
        "settings": dict(found.settings),
        "objectives": [objective.name for objective in found.objectives],
        "sampler": found.problem.sampler,
        "seed": found.problem.seed,
        "space": [str(axis) for axis in found.problem.axes],
        "rows": [{name: _finite(value) for name, value in row.items()} for row in found.table.iter_rows(named=True)],
        "trials": found.trials,
        "pruned": found.pruned,
        "best": found.best() if found.ranked() else None,
        "pareto": [row.number for row in found.front],
        "importance": dict(found.importance),
        "deflated_sharpe": _finite(found.deflated_sharpe),
        "luck": found.luck.as_dict() if found.luck else None,
        "errors": [{"number": number, "error": error} for number, error in found.errors.items()],
        "warnings": found.warnings,
        "interrupted": found.interrupted,
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
