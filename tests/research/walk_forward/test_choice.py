"""What a window chooses."""

from __future__ import annotations

import numpy as np
import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.metrics import MEASURES
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Measured, Span
from tradefleet.research.walk_forward import Choice, Goal, GridSearch

NAMES = list(MEASURES)
NAN = float("nan")


class Told:
    """An evaluator whose measures are told."""

    def __init__(self, errors: dict[int, str] | None = None, **measures: list[float]) -> None:
        rows = len(next(iter(measures.values())))
        values = np.full((rows, len(NAMES)), NAN)
        values[:, NAMES.index("trades")] = 5
        values[:, NAMES.index("open_trades")] = 0
        for name, column in measures.items():
            values[:, NAMES.index(name)] = column
        values[list(errors or {})] = NAN
        self.told = Measured(values, errors or {})
        self.combinations = Combinations.of([{"fast": row} for row in range(rows)])

    def measure(self, combinations: Combinations, span: Span) -> Measured:
        return self.told

    def choose(self, objective: str = "sharpe", min_trades: int = 1) -> Choice:
        return GridSearch(self.combinations, Goal(Objective(objective), min_trades))(self, Span(), 1)  # type: ignore[arg-type]


def test_the_highest_wins_where_more_is_better() -> None:
    choice = Told(sharpe=[0.5, 2.0, 1.0]).choose()
    assert (choice.parameters, choice.measures["sharpe"], choice.tried) == ({"fast": 1}, 2.0, 3)


def test_the_lowest_wins_where_less_is_better() -> None:
    assert Told(max_drawdown=[0.5, 0.2, 0.3]).choose("max_drawdown").parameters == {"fast": 1}


def test_of_equals_the_first_of_the_grid_wins() -> None:
    assert Told(sharpe=[0.1, 1.0, 1.0]).choose().parameters == {"fast": 1}
    assert Told(max_drawdown=[0.3, 0.1, 0.1]).choose("max_drawdown").parameters == {"fast": 1}


def test_an_undefined_measure_never_wins() -> None:
    assert Told(sharpe=[NAN, -3.0, NAN]).choose().parameters == {"fast": 1}


def test_too_few_trades_never_win_and_open_ones_count() -> None:
    told = Told(sharpe=[3.0, 2.0, 1.0], trades=[0, 2, 9], open_trades=[1, 1, 0])
    chosen = [told.choose(min_trades=least).parameters for least in (0, 1, 2, 3, 4)]
    assert chosen == [{"fast": 0}, {"fast": 0}, {"fast": 1}, {"fast": 1}, {"fast": 2}]


def test_a_failed_combination_never_wins() -> None:
    choice = Told({1: "no"}, sharpe=[0.5, 2.0, 1.0]).choose(min_trades=0)
    assert choice.parameters == {"fast": 2}
    assert np.isnan(choice.sharpes[1])


@pytest.mark.parametrize(("told", "least", "reason"), [
    (Told({0: "bad", 1: "worse"}, sharpe=[1.0, 1.0]), 1, "bad"),
    (Told(sharpe=[1.0, 1.0]), 9, "no combination made 9 trades in training"),
    (Told(sharpe=[NAN, 1.0], trades=[5, 0]), 1, "no combination with enough trades has a sharpe in training"),
])  # fmt: skip
def test_where_none_qualifies_the_reason_is_named(told: Told, least: int, reason: str) -> None:
    choice = told.choose(min_trades=least)
    assert (choice.parameters, choice.reason) == (None, reason)


def test_goals_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ParameterError, match="min_trades is -1"):
        Goal(min_trades=-1)
