"""What workers measure is what this process measures, to the bit; what fails there is named and stops no other."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.research.parallel.conftest import Script, all_gone
from tests.research.parallel.conftest import script as script
from tests.research.sweep.acting import BySignals, OnBar, same_bits

from tradefleet.market.errors import StrategyError
from tradefleet.market.generate import generate_bars
from tradefleet.research.batch import Batch
from tradefleet.research.parallel import Processes
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import ALL_BARS, Evaluator, OneByOne, Span
from tradefleet.research.search.space import Space
from tradefleet.research.sweep.pooled import Pooled
from tradefleet.strategies import RsiReversion

BARS = generate_bars("1h", days=60, seed=3, symbol="A/USD")
LATER = Span("2024-01-20", "2024-02-15")


def assert_same(there: Evaluator, here: Evaluator, some: Combinations, span: Span = ALL_BARS) -> None:
    """Measures, errors and equity are equal to the bit."""
    found, expected = there.measure(some, span), here.measure(some, span)
    assert same_bits(found.values, expected.values)
    assert dict(found.errors) == dict(expected.errors)
    (times, curves), (own_times, own_curves) = there.equity(some, span), here.equity(some, span)
    assert times.tolist() == own_times.tolist()
    assert same_bits(curves, own_curves)


def lengths(*values: int, **others: Any) -> Combinations:
    return Combinations.of([{"length": length, **others} for length in values])


@pytest.mark.slow
def test_on_bar_strategy_is_as_here() -> None:
    some = Combinations.of([{"length": length, "fee": fee} for length in (5, 1000, 20) for fee in (0.0, 0.001)])
    with Pooled(OnBar, {"side": "long"}, BARS, workers=Processes(2)) as pooled:
        for span in (ALL_BARS, LATER):
            assert_same(pooled, OneByOne(OnBar, {"side": "long"}, BARS), some, span)
    assert some[2] == {"length": 1000, "fee": 0.0}


@pytest.mark.slow
def test_several_symbols_on_one_wallet_are_as_here() -> None:
    bars = {"A/USD": BARS, "B/USD": generate_bars("1h", days=60, seed=4, symbol="B/USD")}
    assert_same(Pooled(BySignals, {}, bars, workers=Processes(2)), OneByOne(BySignals, {}, bars), lengths(5, 20, 50))


@pytest.mark.slow
def test_many_combinations_of_signals_are_as_here() -> None:
    grid = {"entry": "20:38:2", "stop_loss": "0.005:0.05:0.005", "reward_risk": [0, 1, 2]}
    some = Space.of(RsiReversion, {}, grid).combinations()
    assert len(some) == 300
    with Pooled(RsiReversion, {}, BARS, workers=Processes(2)) as pooled:
        for span in (ALL_BARS, LATER):
            assert_same(pooled, Batch(RsiReversion, {}, BARS), some, span)


def test_range_without_bars_is_the_error_that_it_is_here() -> None:
    nothing = Span("2030-01-01")
    pooled = Pooled(BySignals, {}, BARS, workers=Processes(1))
    assert_same(pooled, Batch(BySignals, {}, BARS), lengths(5, 9), nothing)
    assert pooled.measure(lengths(5), nothing).errors[0].startswith("no bar opens from 2030-01-01")


def test_nothing_asked_is_nothing_done() -> None:
    measured = Pooled(OnBar, {}, BARS, workers=Processes(1)).measure(Combinations.of([]))
    assert measured.values.shape[0] == 0 and not measured.errors


MISBEHAVED = {
    "raise": "ZeroDivisionError: as asked",
    "loop": "no result after 3 s: ended {name} with length=5, how=loop; raise --timeout",
    "exit": "the process of {name} with length=5, how=exit ended by exit code 3",
}


@pytest.mark.parametrize("strategy", [OnBar, BySignals])
def test_what_fails_hangs_or_ends_its_process_is_named_and_stops_no_other(strategy: Any) -> None:
    ways = ["well", "raise", "loop", "exit"]
    some = Combinations.of([{"length": length, "how": how} for how in ways for length in (5, 8)])
    some = some.take(np.array([0, 2, 1, 4, 6, 0]))
    pooled = Pooled(strategy, {}, BARS, workers=Processes(2), timeout=3.0)
    found = pooled.measure(some)
    expected = OneByOne(strategy, {}, BARS).measure(lengths(5, 8, 5, how="well"))
    assert same_bits(found.values[[0, 2, 5]], expected.values)
    assert np.isnan(found.values[[1, 3, 4]]).all()
    assert list(found.errors) == [1, 3, 4]
    for text, error in zip(MISBEHAVED.values(), found.errors.values(), strict=True):
        assert text.format(name=strategy.name()) in error and "\n" not in error
    # Here it would hang this process, or end it.
    with pytest.raises(StrategyError, match="ended by exit code 3"):
        pooled.result(some[4])
    assert pooled.result(some[0]).metrics["final_equity"] == found.values[0, 0]


def test_workers_are_kept_in_a_with_block_and_end_with_it(tmp_path: Path) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    with Pooled(OnBar, {}, BARS, workers=Processes(1)) as pooled:
        pooled.measure(lengths(5))
        kept = open_files()
        pooled.measure(lengths(6, 7))
        assert open_files() == kept > before
    assert open_files() == before
    pooled.measure(lengths(5))
    assert open_files() == before


INTERRUPTED = """
from tests.research.sweep.acting import OnBar
from tradefleet.market.generate import generate_bars
from tradefleet.research.parallel import Processes
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.sweep.pooled import Pooled
if __name__ == "__main__":
    some = Combinations.of([{"length": length, "how": "tell:FOLDER"} for length in (5, 6)])
    Pooled(OnBar, {}, generate_bars("1h", days=10), workers=Processes(2)).measure(some)
"""


def test_ctrl_c_ends_all_workers(script: Script, tmp_path: Path) -> None:
    folder = tmp_path / "pids"
    folder.mkdir()
    process = script(INTERRUPTED.replace("FOLDER", str(folder)))
    until = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2:
        assert time.monotonic() < until and process.poll() is None, process.communicate()
        time.sleep(0.05)
    # As a terminal does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert all_gone([int(path.name) for path in folder.iterdir()])
