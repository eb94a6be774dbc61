"""A study tries what it should, learns, and tells the truth about what it tried."""

from __future__ import annotations

import logging
import math
from itertools import pairwise
from typing import Any

import numpy as np
import optuna
import pytest
from tests.research.optimize.hill import Hill, climb, problem, told

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize import SAMPLERS, Between, OneOf, optimize
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Measured, Span


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("objectives", [("sharpe",), ("sharpe", "max_drawdown")])
def test_the_same_seed_gives_the_same_trials_and_another_seed_others(sampler: str, objectives: tuple[str, ...]) -> None:
    one = climb(70, sampler=sampler, objectives=objectives)
    assert told(one) == told(climb(70, sampler=sampler, objectives=objectives))
    assert told(one) != told(climb(70, sampler=sampler, objectives=objectives, seed=1))


def test_samplers_that_learn_come_closer_to_the_top_than_chance() -> None:
    def average(sampler: str) -> float:
        found = [climb(120, sampler=sampler, seed=seed).rows[60:] for seed in range(3)]
        return float(
            np.mean([math.hypot((t.parameters["x"] - 7) / 20, t.parameters["y"] - 0.25) for r in found for t in r])
        )

    chance = average("random")
    assert average("tpe") < 0.5 * chance
    assert average("nsga2") < 0.9 * chance


def test_the_best_is_the_highest_of_the_complete_trials() -> None:
    found = climb(60)
    best = max((row for row in found.rows if row.state == "complete"), key=lambda row: row.measure("sharpe"))
    assert found.best() == best.parameters
    assert found.best("max_drawdown")["x"] == max(row.parameters["x"] for row in found.rows if row.state == "complete")


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_what_the_constraint_refuses_is_not_evaluated_and_is_no_trial(sampler: str) -> None:
    hill = Hill()
    found = climb(60, hill, sampler=sampler, allowed=[lambda p: p["x"] < 40 * p["y"]])
    assert found.trials == len(hill.asked) == 60
    assert all(each["x"] < 40 * each["y"] for each, _ in hill.asked)
    assert [row.number for row in found.rows] == list(range(60))


def test_tpe_learns_to_keep_away_from_what_the_constraint_refuses() -> None:
    drawn: list[bool] = []

    def allowed(parameters: Any) -> bool:
        drawn.append(parameters["x"] < 8)
        return drawn[-1]

    climb(80, allowed=[allowed])
    assert np.mean(drawn[-60:]) > 1.5 * np.mean(drawn[:40])


def test_what_is_refused_does_not_count_as_start_up() -> None:
    # Ten trials at random come first, whatever it took to find them.
    tpe, chance = (climb(12, sampler=sampler, allowed=[lambda p: p["x"] < 8]) for sampler in ("tpe", "random"))
    same = [one.parameters == other.parameters for one, other in zip(tpe.rows, chance.rows, strict=True)]
    assert all(same[:10])
    assert not all(climb(30).rows[n].parameters == climb(30, sampler="random").rows[n].parameters for n in range(30))


def test_no_combination_is_tried_twice() -> None:
    axes = (Between("x", 3, 12), OneOf("y", (0.25, 0.5)))
    found = climb(20, axes=axes)
    assert len({tuple(row.parameters.values()) for row in found.rows}) == 20


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_study_ends_where_there_is_nothing_more_to_try(sampler: str) -> None:
    axes = (Between("x", 3, 7), OneOf("y", (0.25, 0.5)))
    found = climb(50, sampler=sampler, axes=axes)
    assert found.exhausted
    assert found.trials == 10
    assert found.warnings[0] == "there is nothing more to try: 10 of 50 trials were made"
    assert any("luck may give more" in warning for warning in found.warnings) == (sampler != "random")


def test_a_study_ends_where_the_constraint_leaves_nothing_more() -> None:
    found = climb(50, sampler="random", axes=(Between("x", 3, 50), OneOf("y", (0.25,))), allowed=[lambda p: p["x"] < 6])
    assert sorted(row.parameters["x"] for row in found.rows) == [3, 4, 5]


def test_a_constraint_that_nothing_satisfies_is_an_error() -> None:
    with pytest.raises(ParameterError, match=r"no combination satisfies the constraint; loosen it"):
        climb(10, sampler="random", allowed=[lambda p: False])


def test_an_undefined_objective_and_an_error_make_a_failed_trial_that_says_why() -> None:
    found = climb(80, sampler="random")
    failed = [row for row in found.rows if row.state == "failed"]
    assert {row.error for row in failed} == {"sharpe is undefined (no trades)", "x is unlucky"}
    assert all(row.parameters["x"] in (0, 1, 2, 13, 23, 33) for row in failed)
    assert found.errors == {row.number: row.error for row in failed}
    assert found.trials == 80


def test_an_infinite_objective_makes_a_failed_trial() -> None:
    class Perfect(Hill):
        def sharpe(self, each: Any) -> float:
            return math.inf if each["x"] > 20 else super().sharpe(each)

    found = climb(40, Perfect(), sampler="nsga2")
    assert "sharpe is infinite" in found.errors.values()
    assert found.best()["x"] <= 20


def test_too_few_trades_make_a_failed_trial() -> None:
    found = climb(60, min_trades=10)
    assert all(row.measure("trades") >= 10 for row in found.rows if row.state == "complete")
    assert "7 trades, fewer than the 10 asked for" in found.errors.values()
    assert found.best()["x"] >= 10


def test_the_pareto_front_is_what_nothing_beats() -> None:
    found = climb(60, sampler="nsga2", objectives=("sharpe", "max_drawdown"))
    complete = [(row.number, row.measure("sharpe"), row.measure("max_drawdown")) for row in found.ranked()]
    beaten = {
        a for a, s, d in complete for _, t, e in complete if t >= s and e <= d and (t > s or e < d)
    }  # fmt: skip
    assert [row.number for row in found.front] == [number for number, _, _ in complete if number not in beaten]
    assert found.pareto["number"].to_list() == [row.number for row in found.front]
    assert all(one >= two for one, two in pairwise(found.pareto["sharpe"]))


class _Early(Hill):
    """On the early part the Sharpe ratio is what it is on the whole, and the evaluator counts what is asked."""

    def measure(self, combinations: Combinations, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
        assert len(combinations) > 0
        return super().measure(combinations, span)


def test_pruned_trials_are_evaluated_on_the_early_parts_alone() -> None:
    early = (Span(until=1), Span(until=2))
    hill = _Early()
    found = climb(80, hill, sampler="random", early=early)
    asked = {number: [] for number in range(80)}  # type: dict[int, list[Any]]
    numbers = {tuple(row.parameters.values()): row.number for row in found.rows}
    for each, span in hill.asked:
        asked[numbers[tuple(each.values())]].append(span.until)
    for row in found.rows:
        wanted = [1, 2, None][: row.stopped or 3]
        assert asked[row.number] == wanted
        assert (row.state == "pruned") == (row.stopped > 0)
    assert 10 < found.pruned < 70
    assert found.table.filter(found.table["state"] == "pruned")["sharpe"].is_nan().all()
    # None of the best is given up, as the early parts are right here.
    best = [row.number for row in climb(80, sampler="random").ranked()[:5]]
    assert [row.number for row in found.ranked()[:5]] == best


def test_pruned_trials_are_not_candidates_for_the_best() -> None:
    found = climb(80, early=(Span(until=1),))
    assert all(row.state == "complete" for row in found.ranked())
    assert found.trials == 80


def test_an_interrupted_study_gives_the_batches_that_are_done() -> None:
    class Interrupted(Hill):
        def measure(self, combinations: Combinations, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
            if len(self.asked) >= 16:
                raise KeyboardInterrupt
            return super().measure(combinations, span)

    found = climb(40, Interrupted())
    assert found.interrupted
    assert found.trials == 16
    assert found.warnings[0] == "interrupted: 16 of 40 trials are done"
    assert told(found) == told(climb(40))[:16]


def test_progress_is_told_of_the_trials_and_the_best() -> None:
    seen: list[tuple[int, int, float]] = []
    found = optimize(problem(), Hill(), 20, progress=lambda *each: seen.append(each))
    assert [(done, total) for done, total, _ in seen] == [(8, 20), (16, 20), (20, 20)]
    assert seen[-1][2] == found.ranked()[0].measure("sharpe")


def test_the_log_of_optuna_is_as_it_was() -> None:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(logging.DEBUG)
    try:
        climb(8)
        assert optuna.logging.get_verbosity() == logging.DEBUG
    finally:
        optuna.logging.set_verbosity(before)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    climb(8)
    assert capfd.readouterr() == ("", "")


def test_a_table_has_a_row_a_trial() -> None:
    found = climb(20)
    assert found.table.columns[:4] == ["number", "state", "x", "y"]
    assert found.table.columns[-2:] == ["error", "stopped"]
    assert found.table["x"].to_list() == [row.parameters["x"] for row in found.rows]
    assert found.table["x"].dtype.is_integer()


def test_a_parameter_that_matters_more_is_more_important() -> None:
    class Slope(Hill):
        def sharpe(self, each: Any) -> float:
            return each["x"] + each["y"] / 100

    found = climb(60, Slope(), sampler="random")
    assert sum(found.importance.values()) == pytest.approx(1)
    assert found.importance["x"] > 0.8
    assert climb(10).importance == {}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"sampler": "tpes"}, r"there is no sampler 'tpes'; did you mean 'tpe'\?"),
        ({"objectives": ("sharp",)}, r"there is no measure 'sharp'; did you mean 'sharpe'\?"),
        ({"objectives": ()}, r"there is no objective"),
        ({"objectives": ("sharpe", "sharpe")}, r"sharpe is given twice"),
        ({"objectives": ("sharpe", "cagr"), "early": (Span(until=1),)}, r"pruning needs one objective"),
        ({"axes": ()}, r"there is no parameter to search"),
        ({"seed": -1}, r"seed is -1"),
        ({"min_trades": -1}, r"min_trades is -1"),
    ],
)
def test_a_problem_that_makes_no_sense_is_an_error(other: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        problem(**other)


def test_less_than_one_trial_is_an_error() -> None:
    with pytest.raises(ParameterError, match="trials is 0"):
        climb(0)
