"""Every measure against an independent library, or plain Python written from the definition."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from itertools import groupby, pairwise

import empyrical
import pandas as pd
import pytest
import scipy.stats

from tradefleet.metrics import MEASURES, Performance, figures_of

Reference = Callable[[Performance], float]
YEAR = 365 * 86_400e9


def returns(run: Performance) -> pd.Series:
    return pd.Series([run.initial_cash, *run.equity]).pct_change().iloc[1:]


def won(run: Performance) -> list[float]:
    return [value for value in run.profit.tolist() if value > 0]


def lost(run: Performance) -> list[float]:
    return [value for value in run.profit.tolist() if value < 0]


def losing_streak(run: Performance) -> float:
    by_exit = [profit for _, profit in sorted(zip(run.exit_time.tolist(), run.profit.tolist(), strict=True))]
    return max((len(list(group)) for loss, group in groupby(by_exit, lambda p: p < 0) if loss), default=0)


def drawdowns(run: Performance) -> pd.Series:
    worth = pd.Series([run.initial_cash, *run.equity])
    return 1 - worth / worth.cummax()


def longest_drawdown_days(run: Performance) -> float:
    # Written with dates of peaks, unlike the scan in performance.py.
    below = drawdowns(run).tolist()
    peaks = [day for day, depth in enumerate(below) if depth == 0]
    gaps = [b - a for a, b in pairwise([*peaks, len(below) - 1]) if any(d > 0 for d in below[a : b + 1])]
    return max(gaps, default=0)


def calendar_growth(run: Performance) -> float:
    return (run.equity[-1] / run.initial_cash) ** (YEAR / (run.last_time - run.first_time)) - 1


REFERENCES: dict[str, Reference] = {
    "final_equity": lambda run: run.initial_cash * (1 + returns(run)).prod(),
    "total_return": lambda run: empyrical.cum_returns_final(returns(run)),
    "cagr": calendar_growth,
    "volatility": lambda run: empyrical.annual_volatility(returns(run), annualization=365),
    "sharpe": lambda run: empyrical.sharpe_ratio(returns(run), annualization=365),
    "sortino": lambda run: empyrical.sortino_ratio(returns(run), annualization=365),
    "calmar": lambda run: calendar_growth(run) / -empyrical.max_drawdown(returns(run)),
    "max_drawdown": lambda run: -empyrical.max_drawdown(returns(run)),
    "max_drawdown_days": longest_drawdown_days,
    "recovery_factor": lambda run: empyrical.cum_returns_final(returns(run)) / -empyrical.max_drawdown(returns(run)),
    "ulcer_index": lambda run: math.sqrt(statistics.fmean(d * d for d in drawdowns(run).iloc[1:])),
    "value_at_risk": lambda run: empyrical.value_at_risk(returns(run)),
    "expected_shortfall": lambda run: empyrical.conditional_value_at_risk(returns(run)),
    "tail_ratio": lambda run: empyrical.tail_ratio(returns(run)),
    "skew": lambda run: scipy.stats.skew(returns(run)),
    "kurtosis": lambda run: scipy.stats.kurtosis(returns(run)),
    "best_day": lambda run: returns(run).max(),
    "worst_day": lambda run: returns(run).min(),
    "trades": lambda run: len(run.profit.tolist()),
    "open_trades": lambda run: run.open_trades,
    "win_rate": lambda run: len(won(run)) / len(run.profit),
    "profit_factor": lambda run: sum(won(run)) / -sum(lost(run)),
    "payoff_ratio": lambda run: statistics.fmean(won(run)) / -statistics.fmean(lost(run)),
    "expectancy": lambda run: statistics.fmean(run.profit.tolist()),
    "average_trade": lambda run: statistics.fmean(run.profit_ratio.tolist()),
    "best_trade": lambda run: max(run.profit_ratio.tolist()),
    "worst_trade": lambda run: min(run.profit_ratio.tolist()),
    "losing_streak": losing_streak,
    "average_duration_hours": lambda run: (
        pd.to_timedelta(run.exit_time - run.entry_time).total_seconds().to_numpy().mean() / 3600
    ),
    "sqn": lambda run: (
        math.sqrt(len(run.profit)) * statistics.fmean(run.profit.tolist()) / statistics.stdev(run.profit.tolist())
    ),
    "exposure": lambda run: run.exposure,
    "fees": lambda run: math.fsum(run.fees.tolist()),
}


@pytest.mark.parametrize("name", MEASURES)
def test_measure_agrees_with_an_independent_reference(name: str, run: Performance) -> None:
    expected = float(REFERENCES[name](run))
    assert math.isfinite(expected)
    assert MEASURES[name](figures_of(run)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_cagr_agrees_with_empyrical_on_whole_days(make: Callable[..., Performance]) -> None:
    run = make([10_500.0, 9_800.0, 11_000.0] * 200)
    expected = empyrical.cagr(returns(run), annualization=365)
    assert MEASURES["cagr"](figures_of(run)) == pytest.approx(expected, rel=1e-9)


def test_forex_is_annualised_by_252(make: Callable[..., Performance]) -> None:
    run = make([10_500.0, 9_800.0, 11_000.0], periods_per_year=252)
    assert MEASURES["sharpe"](figures_of(run)) == pytest.approx(empyrical.sharpe_ratio(returns(run), annualization=252))
