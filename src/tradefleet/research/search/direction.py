"""Which way a measure is good."""

from __future__ import annotations

from dataclasses import dataclass

from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.metrics import MEASURES

_HIGHER = {
    "final_equity": True,
    "total_return": True,
    "cagr": True,
    "volatility": False,
    "sharpe": True,
    "sortino": True,
    "calmar": True,
    "max_drawdown": False,
    "max_drawdown_days": False,
    "recovery_factor": True,
    "ulcer_index": False,
    # These three are negative for a loss.
    "value_at_risk": True,
    "expected_shortfall": True,
    "worst_day": True,
    "tail_ratio": True,
    "skew": True,
    "kurtosis": False,
    "best_day": True,
    # More trades are more evidence.
    "trades": True,
    "open_trades": False,
    "win_rate": True,
    "profit_factor": True,
    "payoff_ratio": True,
    "expectancy": True,
    "average_trade": True,
    "best_trade": True,
    "worst_trade": True,
    "losing_streak": False,
    # The same return for less time at risk is better.
    "average_duration_hours": False,
    "sqn": True,
    "exposure": False,
    "fees": False,
}


def higher_is_better(measure: str) -> bool:
    """Whether more of a measure is better; raises ParameterError for a name that is none.

    >>> higher_is_better("sharpe"), higher_is_better("max_drawdown")
    (True, False)
    """
    if measure not in MEASURES:
        raise ParameterError(f"there is no measure '{measure}'", cure=did_you_mean(measure, MEASURES))
    return _HIGHER[measure]


@dataclass(frozen=True)
class Objective:
    """A measure to improve; raises ParameterError for a name that is none."""

    name: str

    def __post_init__(self) -> None:
        higher_is_better(self.name)

    @property
    def higher_is_better(self) -> bool:
        """Whether more of it is better."""
        return higher_is_better(self.name)

    def oriented(self, value: float) -> float:
        """The value, negated where less is better: the higher of two is the better."""
        return value if self.higher_is_better else -value
