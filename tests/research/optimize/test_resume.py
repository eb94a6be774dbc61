"""A study that was killed and goes on ends as one that was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.research.optimize.hill import Hill, climb, told

from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize import SAMPLERS, Between, Optimization
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Measured, Span
from tradefleet.storage.studies import open_study

WAYS: dict[str, dict[str, Any]] = {
    **{sampler: {"sampler": sampler} for sampler in SAMPLERS},
    "constraint": {"allowed": [lambda p: p["x"] < 30 * p["y"]]},
    "pruning": {"early": (Span(until=1), Span(until=2))},
    "several objectives": {"objectives": ("sharpe", "max_drawdown")},
    "several objectives bred": {"objectives": ("sharpe", "max_drawdown"), "sampler": "nsga2"},
    "failures": {"axes": (Between("x", 0, 3), Between("y", 0.0, 1.0))},
    "few values": {"axes": (Between("x", 0, 9), Between("y", 0, 8))},
}
TRIALS = 44


@dataclass
class Memory:
    """Keeps lines in memory."""

    place: str = "memory"
    kept: list[str] = field(default_factory=list)

    def lines(self) -> Sequence[str]:
        return self.kept

    def append(self, lines: Sequence[str]) -> None:
        self.kept += lines


class _KilledError(Exception):
    pass


class _Mortal(Hill):
    """Dies after so many batches."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def measure(self, combinations: Combinations, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
        if self._left == 0:
            raise _KilledError
        self._left -= 1
        return super().measure(combinations, span)


@pytest.mark.parametrize("way", WAYS)
def test_a_study_that_dies_again_and_again_ends_as_one_that_did_not(way: str) -> None:
    keeper = Memory()
    deaths = 0
    while True:
        try:
            found = climb(TRIALS, _Mortal(1 + deaths % 3), keeper, **WAYS[way])
            break
        except _KilledError:
            deaths += 1
    assert deaths > 1
    assert told(found) == told(climb(TRIALS, **WAYS[way]))


def _run(folder: Path, trials: int, **other: Any) -> Optimization:
    with open_study(folder, "a") as keeper:
        return climb(trials, keeper=keeper, **other)


@pytest.mark.parametrize("way", ["tpe", "several objectives bred"])
def test_a_file_that_is_cut_at_any_byte_goes_on(way: str) -> None:
    whole = told(climb(24, **WAYS[way]))
    with TemporaryDirectory() as name:
        folder = Path(name)
        _run(folder, 24, **WAYS[way])
        path = folder / "a.log"
        content = path.read_bytes()

        @settings(max_examples=25, deadline=None, derandomize=True, database=None)
        @given(st.integers(0, len(content)))
        def check(end: int) -> None:
            path.write_bytes(content[:end])
            assert told(_run(folder, 24, **WAYS[way])) == whole

        check()


def test_a_finished_study_evaluates_nothing_again(tmp_path: Path) -> None:
    first = _run(tmp_path, 20)
    content = (tmp_path / "a.log").read_bytes()
    hill = Hill()
    again = _run(tmp_path, 20, evaluator=hill)
    assert told(again) == told(first)
    assert not hill.asked
    assert (tmp_path / "a.log").read_bytes() == content
    assert told(_run(tmp_path, 10)) == told(first)


def test_whole_batches_can_be_asked_for_one_after_another(tmp_path: Path) -> None:
    for trials in (8, 24, 40):
        found = _run(tmp_path, trials)
    assert told(found) == told(climb(40))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            {"axes": (Between("x", 0, 41), Between("y", 0.0, 1.0))},
            r"another space: x 0..40; y 0.0..1.0, not x 0..41; y",
        ),
        ({"objectives": ("cagr",)}, r"another objective: sharpe, not cagr"),
        ({"objectives": ("sharpe", "cagr")}, r"another objective: sharpe, not sharpe, cagr"),
        ({"sampler": "random"}, r"another sampler: tpe, not random"),
        ({"seed": 1}, r"another seed: 0, not 1"),
        ({"strategy": "valley"}, r"another strategy: hill, not valley"),
        ({"told": {"set of bars": "B"}}, r"another set of bars: A, not B"),
        ({"told": {"set of bars": "A" + " more" * 40}}, r"another set of bars: A, not A more more .*mor\.\.\."),
        ({"min_trades": 1}, r"another least number of trades: 0, not 1"),
        ({"early": (Span(until=1),)}, r"another pruning: none, not 1"),
    ],
)
def test_a_study_of_something_else_is_an_error_that_says_what_differs(
    tmp_path: Path, other: dict[str, Any], message: str
) -> None:
    usual = {"told": {"set of bars": "A"}}
    _run(tmp_path, 8, **usual)
    content = (tmp_path / "a.log").read_bytes()
    with pytest.raises(ParameterError, match=rf"the study has {message}.*, in .*a\.log; give this one another --study"):
        _run(tmp_path, 8, **{**usual, **other})
    assert (tmp_path / "a.log").read_bytes() == content


def test_of_long_texts_the_part_that_differs_is_shown(tmp_path: Path) -> None:
    _run(tmp_path, 8, told={"account": "one " * 50 + "leverage=2"})
    with pytest.raises(ParameterError, match=r"\.\.\.ne one .*=2, not \.\.\..*=3, in"):
        _run(tmp_path, 8, told={"account": "one " * 50 + "leverage=3"})


def test_the_file_is_a_journal_that_optuna_reads(tmp_path: Path) -> None:
    found = _run(tmp_path, 20)
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "a.log"))
    study = optuna.load_study(study_name=None, storage=optuna.storages.JournalStorage(backend))
    complete = [row.measure("sharpe") for row in found.rows if row.state == "complete"]
    assert [trial.value for trial in study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))] == complete
