"""What every measure promises, found by discovery."""

from __future__ import annotations

import doctest
import importlib
import math
import pkgutil
from types import ModuleType

import pytest

from tradefleet import metrics
from tradefleet.metrics import MEASURES, Figures, Performance, figures_of, measure

# Every file is a measure but these.
OTHERS = {"bootstrap", "figures", "figures_loop", "groups", "holding", "performance", "quantile", "row", "selection"}
FOUND = sorted(item.name for item in pkgutil.iter_modules(metrics.__path__) if item.name not in OTHERS)


@pytest.fixture(params=FOUND)
def module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(f"tradefleet.metrics.{request.param}")


def test_the_table_holds_every_file() -> None:
    assert sorted(MEASURES) == FOUND
    assert list(measure(Performance.from_days(100, [110]))) == list(MEASURES)


def test_promised_names_are_there() -> None:
    promised = """total_return final_equity cagr volatility sharpe sortino calmar max_drawdown win_rate
        profit_factor trades exposure max_drawdown_days expectancy"""
    assert set(promised.split()) <= set(MEASURES)


def test_the_table_holds_the_function_of_the_file(module: ModuleType) -> None:
    name = module.__name__.rpartition(".")[2]
    assert MEASURES[name] is module.measure


@pytest.mark.parametrize("equity", [[], [100.0], [110, 99, 120], [50, 0, 0], [50, -20], [100] * 9])
@pytest.mark.parametrize("profit", [[], [1.0], [0.0], [-1.0], [3, -1, -1], [2, 2, 2]])
def test_result_is_a_float_and_finite_or_nan(module: ModuleType, equity: list[float], profit: list[float]) -> None:
    value = module.measure(Figures.from_days(100, equity, profit))
    assert type(value) is float
    infinite_by_promise = "Infinite when" in str(module.measure.__doc__)
    assert math.isfinite(value) or math.isnan(value) or infinite_by_promise


def test_result_is_repeatable_and_leaves_the_run_alone(module: ModuleType, big_run: Performance) -> None:
    before = big_run.equity.tobytes(), big_run.profit.tobytes()
    first, second = module.measure(figures_of(big_run)), module.measure(figures_of(big_run))
    assert first == second
    assert before == (big_run.equity.tobytes(), big_run.profit.tobytes())


def test_docstring_states_unit_formula_nan_rule_source_and_example(module: ModuleType) -> None:
    text = str(module.measure.__doc__)
    for part in ("Unit: ", "Formula: ", "NaN", "Source: "):
        assert part in text, part
    assert doctest.DocTestParser().get_examples(text)
    assert text.split("\n\n")[0].endswith(".")
