"""Running a sweep: chunks, what is kept, interruptions, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from tests.research.sweep.cases import Counting, numbered

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Measured, Span
from tradefleet.research.sweep import Chunks, Nowhere, Part, Parts, Plan, Sweep, run_sweep


def ticking(step: float) -> Callable[[], float]:
    """A clock that goes on by so many seconds each time it is read."""
    times = iter(np.arange(0.0, 1e6, step).tolist())
    return lambda: float(next(times))


class Remembering:
    """Keeps parts in memory."""

    def __init__(self) -> None:
        self.kept: list[Part] = []

    def parts(self) -> Iterator[Part]:
        return iter(list(self.kept))

    def keep(self, part: Part) -> None:
        self.kept.append(part)


def run(evaluator: Counting, count: int = 100, keeper: Remembering | None = None, size: int = 10) -> Sweep:
    plan = Plan("counting", numbered(count))
    return run_sweep(evaluator, plan, clock=ticking(3.0), keeper=keeper, chunks=Chunks(size=size))


def test_all_are_measured_in_their_order_whatever_the_chunks() -> None:
    whole, cut = run(Counting(), size=1000), run(Counting(), size=7)
    assert whole.column("sharpe")[[0, 1, 99]].tolist() == [0, 1, 99]
    np.testing.assert_array_equal(whole.values, cut.values)
    assert whole.failures == cut.failures
    assert list(whole.failures) == [row for row in range(100) if row % 7 == 3]


def test_a_small_sweep_is_one_chunk() -> None:
    counting = Counting()
    run(counting, count=14, size=10)
    assert counting.sizes == [14]


def test_chunks_grow_until_they_take_seconds() -> None:
    counting = Counting()
    # Each reading of the clock is a second on: a chunk takes one, and may take four.
    plan = Plan("counting", numbered(1000))
    run_sweep(counting, plan, clock=ticking(1.0), chunks=Chunks(size=5, seconds=4.0))
    assert counting.sizes[:4] == [5, 20, 80, 320]


def test_an_interrupted_one_has_what_is_done_and_goes_on() -> None:
    keeper = Remembering()
    first = run(Counting(calls_left=3), keeper=keeper)
    assert (first.interrupted, first.trials, first.planned) == (True, 30, 100)
    assert first.column("sharpe")[29] == 29
    assert sorted(first.failures) == [3, 10, 17, 24]
    again = Counting()
    second = run(again, keeper=keeper)
    assert sum(again.sizes) == 70
    assert (second.interrupted, second.resumed) == (False, 30)
    np.testing.assert_array_equal(second.values, run(Counting()).values)
    assert second.failures == run(Counting()).failures


def test_a_gap_between_parts_is_filled() -> None:
    keeper = Remembering()
    run(Counting(), keeper=keeper)
    del keeper.kept[4], keeper.kept[0]
    again = Counting()
    assert run(again, keeper=keeper).column("sharpe")[[0, 44]].tolist() == [0, 44]
    assert again.sizes == [10, 10]


def test_an_interruption_before_anything_is_done_is_one() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Counting(calls_left=0))


def test_progress_has_the_best_so_far() -> None:
    told: list[tuple[int, int, float]] = []
    plan = Plan("counting", numbered(30), Objective("max_drawdown"))
    run_sweep(
        Counting(),
        plan,
        clock=ticking(3.0),
        chunks=Chunks(size=10),
        progress=lambda done, of, best: told.append((done, of, best)),
    )
    assert told == [(10, 30, 1.0), (20, 30, 1.0), (30, 30, 1.0)]


def test_an_error_that_all_have_is_raised_itself() -> None:
    class Refusing(Counting):
        def measure(self, combinations: object, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
            count = len(combinations)  # type: ignore[arg-type]
            return Measured(np.full((count, 32), np.nan), {row: f"x is {row}" for row in range(count)})

    with pytest.raises(ParameterError, match="x is 0; give another"):
        run(Refusing())


def test_different_errors_are_rows() -> None:
    class Refusing(Counting):
        def measure(self, combinations: object, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
            count = len(combinations)  # type: ignore[arg-type]
            errors = {row: ("one" if row % 2 else "other") for row in range(count)}
            return Measured(np.full((count, 32), np.nan), errors)

    found = run(Refusing(), count=5)
    assert {text: (each.count, each.first) for text, each in found.errors.items()} == {
        "other": (3, {"x": 0}),
        "one": (2, {"x": 1}),
    }
    assert not found.has_best
    assert found.luck is None
    with pytest.raises(ParameterError, match="no combination is ranked: other"):
        found.best()
    assert "warning: 5 of 5 combinations failed, the first: other" in str(found)
    assert found.as_dict()["best"] is None
    assert Nowhere().parts() == ()


def test_columns_of_the_confirmation_part_stand_beside() -> None:
    plan = Plan("counting", numbered(20), Objective("calmar"), Parts(Span(until="2024-02-01"), Span("2024-02-01")))
    found = run_sweep(Counting(), plan, clock=ticking(1.0))
    assert found.columns[-7:][0] == "confirm_calmar"
    assert found.column("confirm_calmar")[5] == 5.0
    assert np.isnan(found.column("confirm_trades")[3])
