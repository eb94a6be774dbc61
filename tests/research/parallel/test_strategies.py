"""Strategies that no import finds get to the workers: of files, of neighbours, of the script that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.research.parallel import works
from tests.research.parallel.conftest import Script

from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.market.generate import generate_bars
from tradefleet.research.parallel import Processes, Task
from tradefleet.strategies import Strategy, load_strategy

MINE = """
from tradefleet import Signals, Strategy, param
from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import sma
from beside import LENGTH
class Mine(Strategy):
    length = param(LENGTH, 2, 500)
    def signals(self):
        average = sma(close, self.length)
        return Signals(crossed_above(close, average), crossed_below(close, average))
"""


@pytest.fixture
def mine(tmp_path: Path) -> type[Strategy]:
    (tmp_path / "beside.py").write_text("LENGTH = 20\n")
    (tmp_path / "mine.py").write_text(MINE)
    return load_strategy(str(tmp_path / "mine.py"))


def shared(strategy: type[Strategy]) -> dict[str, Any]:
    return {"strategy": strategy, "bars": generate_bars("1h", days=60)}


ONE = [Task(0, "one", {"stop_loss": 0.02})]


def test_strategy_of_a_file_and_its_neighbours(mine: type[Strategy]) -> None:
    (outcome,) = Processes(1).run(works.measured, shared(mine), ONE)
    assert (outcome.error, outcome.value) == (None, works.measured(shared(mine), {"stop_loss": 0.02}))


@pytest.mark.parametrize("name", ["mine.py", "beside.py"])
def test_file_edited_after_the_start_is_not_what_is_run(mine: type[Strategy], tmp_path: Path, name: str) -> None:
    def edit() -> Any:
        # By now the strategy is on its way, and no worker has started.
        (tmp_path / name).write_text("raise RuntimeError('edited')\n")
        yield from ONE

    (outcome,) = Processes(1).run(works.measured, shared(mine), edit())
    assert (outcome.error, outcome.value) == (None, works.measured(shared(mine), {"stop_loss": 0.02}))


def test_instances_go_too(mine: type[Strategy]) -> None:
    (outcome,) = Processes(1).run(works.same, None, [Task(0, "one", mine(length=30))])
    assert outcome.error is None
    # Back here it is the class that is here.
    assert type(outcome.value) is mine
    assert outcome.value.parameters["length"] == 30


def test_class_inside_a_function_cannot_go(mine: type[Strategy]) -> None:
    mine.__qualname__ = "make.<locals>.Mine"
    with pytest.raises(StrategyError, match="defined inside make; define it at the top of its file"):
        next(Processes(1).run(works.same, mine, ONE))


def test_file_that_ends_the_process_that_loads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradefleet.research.parallel.seat._STARTS", 2)
    (tmp_path / "deadly.py").write_text(
        "import os\nfrom tradefleet import Strategy\nfrom tradefleet.research.parallel import child\n"
        "if child._serving:\n    os._exit(7)\n"
        "class Deadly(Strategy):\n    pass\n"
    )
    deadly = load_strategy(str(tmp_path / "deadly.py"))
    with pytest.raises(ParameterError, match="a worker ended by exit code 7 before its first task"):
        next(Processes(1).run(works.same, deadly, ONE))


def test_file_that_fails_in_a_worker_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(
        "from tradefleet import Strategy\nfrom tradefleet.research.parallel import child\n"
        "if child._serving:\n    raise RuntimeError('not here')\n"
        "class Failing(Strategy):\n    pass\n"
    )
    failing = load_strategy(str(tmp_path / "failing.py"))
    with pytest.raises(StrategyError, match=r"loading it raised RuntimeError: not here, in .*failing\.py:4"):
        next(Processes(2).run(works.same, failing, ONE))


SCRIPT = """
from tests.research.parallel import works
from tradefleet import Signals, Strategy
from tradefleet.graph import close
from tradefleet.market.generate import generate_bars
from tradefleet.research.parallel import Processes, Task
class InScript(Strategy):
    def signals(self):
        return Signals(close > 0.0)
def main():
    shared = {"strategy": InScript, "bars": generate_bars("1h", days=10)}
    for outcome in Processes(1).run(works.measured, shared, [Task(0, "one", {})]):
        print(outcome.error, repr(outcome.value) == repr(works.measured(shared, {})))
"""
GUARDED = SCRIPT + "if __name__ == '__main__':\n    main()\n"


def test_strategy_of_the_script_that_runs(script: Script) -> None:
    assert script(GUARDED).communicate(timeout=60) == ("None True\n", "")


def test_script_without_a_guard_is_told_of_it(script: Script) -> None:
    out, errors = script(SCRIPT + "main()\n").communicate(timeout=60)
    assert out == ""
    assert "StrategyError: loading it starts the work that it is loaded for, in " in errors
    assert "; put the lines that start it under `if __name__" in errors


def test_strategy_of_a_notebook_is_told_where_to_go(script: Script) -> None:
    out, errors = script("del __file__\n" + GUARDED).communicate(timeout=60)
    assert out == ""
    assert "InScript is defined in a notebook or on a command line, where other processes cannot load it" in errors
    assert "path/to/file.py:InScript" in errors
