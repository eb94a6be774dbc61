"""Whatever the strategy, the market and the settings: the fast evaluator gives what single backtests give."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings

from .agreeing import assert_agrees
from .cases import Case, cases, trading_cases

# More on demand: TRADEFLEET_EXAMPLES=2000 python -m pytest tests/research/batch
EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "15"))
RELAXED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=EXAMPLES < 1000
)


@given(cases())
@RELAXED
def test_measures_errors_and_equity_are_those_of_single_backtests(case: Case) -> None:
    assert_agrees(case)


@given(trading_cases())
@RELAXED
def test_combinations_that_trade_have_the_measures_of_single_backtests(case: Case) -> None:
    assert_agrees(case)
