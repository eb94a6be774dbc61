"""The command `optimize`: what it prints and writes, that it goes on, and its errors."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Command

from tradefleet.app.data import catalog
from tradefleet.app.optimize import optimize
from tradefleet.research.optimize import Problem, Trial
from tradefleet.research.optimize.asking import Candidate
from tradefleet.research.optimize.trying import tried
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.strategies import EmaCross

SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")
SMALL = ("--range", "fast=5:30", "--range", "slow=10:100", "--where", "fast < slow")


def test_it_prints_the_best_and_writes_every_trial(filled: Command) -> None:
    done = filled("optimize", "ema_cross", *SERIES, *SMALL, "--trials", 20, "--json", "o.json")
    assert done.code == 0, done.err
    assert done.out.startswith("ema_cross: 20 trials by tpe for sharpe: ")
    found = json.loads(Path("o.json").read_text())
    assert found["trials"] == len(found["rows"]) == 20
    assert set(found) >= {"rows", "trials", "deflated_sharpe", "errors", "best", "pareto", "luck", "warnings"}
    assert all(row["fast"] < row["slow"] for row in found["rows"])
    best = max((row for row in found["rows"] if row["state"] == "complete"), key=lambda row: row["sharpe"])
    assert found["best"] == {"fast": best["fast"], "slow": best["slow"]}
    assert 0 <= found["deflated_sharpe"] <= 1


def test_each_row_is_the_backtest_of_its_parameters(filled: Command) -> None:
    filled("optimize", "ema_cross", *SERIES, *SMALL, "--trials", 8, "--json", "o.json")
    for row in json.loads(Path("o.json").read_text())["rows"][:3]:
        values = ("--set", f"fast={row['fast']}", "--set", f"slow={row['slow']}")
        assert filled("backtest", "ema_cross", *SERIES, *values, "--json", "b.json").code == 0
        metrics = json.loads(Path("b.json").read_text())["metrics"]
        assert {name: row[name] for name in metrics} == metrics


def test_a_study_goes_on_and_refuses_another_space(filled: Command) -> None:
    words = ("optimize", "ema_cross", *SERIES, *SMALL, "--study", "a")
    assert filled(*words, "--trials", 8).code == 0
    assert filled(*words, "--trials", 24, "--json", "resumed.json").code == 0
    assert filled("optimize", "ema_cross", *SERIES, *SMALL, "--trials", 24, "--json", "whole.json").code == 0
    assert json.loads(Path("resumed.json").read_text()) == json.loads(Path("whole.json").read_text())
    refused = filled(*words, "--set", "stop_loss=0.02", "--trials", 8)
    assert refused.code == 2
    assert "the study has another set of fixed parameters: none, not stop_loss=0.02" in refused.err
    assert "give this one another --study name" in refused.err
    assert len(refused.err.splitlines()) == 1


def test_several_objectives_give_a_pareto_front(filled: Command) -> None:
    words = ("--objective", "sharpe", "--objective", "max_drawdown", "--sampler", "nsga2", "--trials", 24)
    done = filled("optimize", "ema_cross", *SERIES, *SMALL, *words, "--json", "o.json")
    assert done.code == 0, done.err
    assert "on the Pareto front" in done.out
    found = json.loads(Path("o.json").read_text())
    assert found["objectives"] == ["sharpe", "max_drawdown"]
    assert found["pareto"]


def test_a_grid_is_searched_by_its_values_and_what_is_set_is_not(filled: Command) -> None:
    words = ("--grid", "stop_loss=0.01:0.03:0.01", "--set", "fast=9", "--set", "slow=40", "--trials", 5)
    done = filled("optimize", "ema_cross", *SERIES, *words, "--json", "o.json")
    assert done.code == 0, done.err
    found = json.loads(Path("o.json").read_text())
    assert sorted(row["stop_loss"] for row in found["rows"]) == [0.01, 0.02, 0.03]
    assert found["warnings"][0] == "there is nothing more to try: 3 of 5 trials were made"


def test_a_report_is_written(filled: Command) -> None:
    done = filled("optimize", "ema_cross", *SERIES, *SMALL, "--trials", 20, "--prune", "--report", "o.html")
    assert done.code == 0, done.err
    assert "ema_cross" in Path("o.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--range", "fsat=5:9"), "ema_cross has no parameter 'fsat'; did you mean 'fast'?"),
        (("--range", "fast=5:9", "--range", "fast=5:8"), "--range gives fast twice: 5:9 and 5:8; give it once"),
        (("--range", "fast=5:9", "--set", "fast=5"), "fast is both set and searched; do one of them"),
        (("--grid", "fast=5,6", "--set", "fast=5"), "fast is given by --grid and by --set fast=5"),
        (("--objective", "sharp"), "there is no measure 'sharp'; did you mean 'sharpe'?"),
        (("--where", "fats < slow"), "there is no parameter 'fats'"),
        (("--where", "fast < 0"), "no combination satisfies the constraint; loosen it, or widen the bounds"),
        (("--trials", "0"), "trials is 0; give 1 or more"),
        (("--seed", "-1"), "seed is -1"),
        (("--study", "a/b"), "the study's name is 'a/b'"),
        (("--prune", "--objective", "sharpe", "--objective", "cagr"), "pruning needs one objective"),
        (("--set", "fast=5", "--set", "slow=9"), "there is no parameter to search; name one with its bounds"),
        (("--min-trades", "1000", "--trials", "5", "--report", "o.html"), ""),
    ],
)
def test_what_cannot_be_optimized_is_one_line(filled: Command, words: tuple[str, ...], message: str) -> None:
    done = filled("optimize", "ema_cross", *SERIES, *words)
    if not message:
        assert done.code == 0, done.err
        assert "5 of 5 trials failed, the first: " in done.out
        return
    assert done.code == 2
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_in_python_an_instance_keeps_the_parameters_it_was_given(filled: Command) -> None:
    bars = catalog().bars("GEN/USD", "1h")
    found = optimize(
        EmaCross(slow=40, size=0.5), bars, trials=8, ranges={"fast": (5, 30)}, constraint=lambda p: p.fast < p.slow
    )
    assert found.problem.names == ("fast",)
    result = found.result()
    assert (result.parameters["slow"], result.parameters["size"]) == (40, 0.5)
    assert result.metrics["sharpe"] == found.ranked()[0].measure("sharpe")
    assert found.luck is not None
    assert found.luck.trials == 8
    assert found.luck.best_sharpe == pytest.approx(result.metrics["sharpe"])
    assert found.luck.overfitting.trials == len(found.ranked())
    assert found.table.select(pl.col("fast").is_between(5, 30).all()).item()


def test_money_is_searched_beside_parameters(filled: Command) -> None:
    words = ("--grid", "fee=0,0.001", "--grid", "cash=100,10000", "--set", "fast=9", "--set", "slow=40", "--trials", 4)
    done = filled("optimize", "ema_cross", *SERIES, *words, "--json", "o.json")
    assert done.code == 0, done.err
    assert json.loads(Path("o.json").read_text())["best"]["fee"] == 0


def test_an_interrupted_one_writes_what_is_done_and_says_so(filled: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(problem: Problem, evaluator: Evaluator, candidates: list[Candidate], first: int) -> list[Trial]:
        if first >= 8:
            raise KeyboardInterrupt
        return tried(problem, evaluator, candidates, first)

    monkeypatch.setattr("tradefleet.research.optimize.study.tried", interrupted)
    try:
        code: object = filled("optimize", "ema_cross", *SERIES, *SMALL, "--trials", 24, "--json", "o.json").code
    except SystemExit as ended:
        code = ended.code
    assert code == 130
    found = json.loads(Path("o.json").read_text())
    assert (found["trials"], found["interrupted"]) == (8, True)
    assert found["warnings"][0] == "interrupted: 8 of 24 trials are done"
