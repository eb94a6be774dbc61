"""Every measure has a direction."""

from __future__ import annotations

import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.metrics import MEASURES
from tradefleet.research.search import direction
from tradefleet.research.search.direction import Objective, higher_is_better


def test_every_measure_has_a_direction() -> None:
    assert set(direction._HIGHER) == set(MEASURES)


def test_losses_that_are_negative_are_better_when_higher() -> None:
    assert all(map(higher_is_better, ("value_at_risk", "expected_shortfall", "worst_day", "worst_trade")))
    assert not any(map(higher_is_better, ("max_drawdown", "volatility", "ulcer_index", "max_drawdown_days")))


def test_an_objective_turns_what_is_better_into_what_is_higher() -> None:
    assert Objective("sharpe").oriented(2.0) == 2.0
    assert Objective("max_drawdown").oriented(0.2) == -0.2


def test_a_name_that_is_no_measure_is_an_error() -> None:
    with pytest.raises(ParameterError, match=r"there is no measure 'sharp'; did you mean 'sharpe'\?"):
        Objective("sharp")
