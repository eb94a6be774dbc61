"""Accounts no measure may stumble over."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY
from tradefleet.metrics import MEASURES, Figures, Performance, figures_of, measure

Make = Callable[..., Performance]
amounts = st.floats(-1e9, 1e9)


def undefined(figures: dict[str, float]) -> set[str]:
    return {name for name, value in figures.items() if math.isnan(value)}


@given(st.lists(amounts, max_size=30), st.lists(amounts, max_size=30), st.sampled_from([252, 365]))
def test_any_account_gives_numbers_or_nan(equity: list[float], profit: list[float], periods: int) -> None:
    figures = measure(Performance.from_days(1_000.0, equity, profit, periods_per_year=periods))
    infinite = {name for name, value in figures.items() if math.isinf(value)}
    assert infinite <= {"profit_factor"}
    assert all(type(value) is float for value in figures.values())


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=30), st.floats(1e-3, 1e3))
def test_measures_without_a_unit_of_money_ignore_the_currency(equity: list[float], scale: float) -> None:
    before = measure(Performance.from_days(1_000.0, equity))
    after = measure(Performance.from_days(1_000.0 * scale, [value * scale for value in equity]))
    for name in ("total_return", "cagr", "max_drawdown", "worst_day", "value_at_risk", "ulcer_index"):
        assert after[name] == pytest.approx(before[name], rel=1e-6, abs=1e-9, nan_ok=True)


def test_no_trades_leaves_the_trade_measures_undefined() -> None:
    figures = measure(Performance.from_days(100, [110, 99, 120]))
    assert undefined(figures) == {
        "win_rate",
        "profit_factor",
        "payoff_ratio",
        "expectancy",
        "average_trade",
        "best_trade",
        "worst_trade",
        "average_duration_hours",
        "sqn",
    }
    assert figures["trades"] == figures["losing_streak"] == figures["fees"] == 0


def test_an_account_that_never_moves_has_no_ratio() -> None:
    figures = measure(Performance.from_days(100, [100] * 50))
    assert {"sharpe", "sortino", "calmar", "recovery_factor", "skew", "kurtosis"} <= undefined(figures)
    assert figures["volatility"] == figures["max_drawdown"] == figures["cagr"] == 0


def test_rounding_noise_is_not_volatility() -> None:
    figures = measure(Performance.from_days(100, [100 * 1.01**day for day in range(1, 300)]))
    assert figures["volatility"] == 0
    assert math.isnan(figures["sharpe"])


def test_no_bars_at_all() -> None:
    figures = measure(Performance.from_days(100, []))
    assert figures["final_equity"] == 100
    assert figures["total_return"] == 0
    assert {"cagr", "volatility", "best_day", "ulcer_index", "value_at_risk"} <= undefined(figures)


@pytest.mark.parametrize("end", [0.0, -50.0])
def test_a_ruined_account_lost_everything_a_year(end: float) -> None:
    ruined = measure(Performance.from_days(100, [90, end, end]))
    assert ruined["cagr"] == -1.0
    assert ruined["total_return"] == end / 100 - 1
    assert ruined["worst_day"] == pytest.approx(end / 90 - 1)
    assert ruined["calmar"] < 0


def test_returns_end_on_the_day_of_ruin() -> None:
    assert Performance.from_days(100, [110, 0, 0, 50]).returns.tolist() == pytest.approx([0.1, -1.0])


def test_profit_factor_without_a_loss_is_infinite_and_without_a_win_zero() -> None:
    factor = MEASURES["profit_factor"]
    assert factor(Figures.from_days(100, [110], [5.0])) == math.inf
    assert factor(Figures.from_days(100, [110], [-5.0])) == 0
    assert math.isnan(factor(Figures.from_days(100, [110], [0.0])))


def test_weekly_bars_are_annualised_by_weeks(make: Make) -> None:
    weeks = np.arange(1, 53, dtype=np.int64) * 7 * DAY
    equity = 10_000 * np.exp(np.random.default_rng(5).normal(0, 0.02, 52).cumsum())
    run = make(equity, equity_time=weeks, last_time=int(weeks[-1]))
    assert run.periods == pytest.approx(365 / 7)
    assert MEASURES["volatility"](figures_of(run)) == pytest.approx(run.returns.std(ddof=1) * math.sqrt(365 / 7))


def test_forex_weekends_leave_days_days(make: Make) -> None:
    days = np.array([day for day in range(1, 60) if day % 7 not in (2, 3)], dtype=np.int64) * DAY
    run = make(np.linspace(10_000, 11_000, len(days)), equity_time=days, periods_per_year=252)
    assert run.periods == 252


def test_a_run_too_short_for_a_yearly_figure_is_undefined() -> None:
    assert math.isnan(MEASURES["cagr"](Figures.from_days(1, [1e9])))


def test_columns_of_different_length_are_refused(make: Make) -> None:
    with pytest.raises(ParameterError, match="lengths differ"):
        make([100.0], [1.0, 2.0], fees=np.zeros(1))


@pytest.mark.parametrize("cash", [0.0, -1.0, math.nan, math.inf])
def test_cash_must_be_a_positive_number(cash: float) -> None:
    with pytest.raises(ParameterError, match="initial_cash"):
        Performance.from_days(cash, [100.0])


def test_every_measure_of_a_long_run_is_a_number(big_run: Performance) -> None:
    figures = measure(big_run)
    assert set(figures) == set(MEASURES)
    assert undefined(figures) == set()
