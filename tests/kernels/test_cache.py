"""Compiled code is kept between runs, and never stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba import njit
from numba.core import config

import tradefleet
from tradefleet.kernels import cache

PACKAGE = Path(tradefleet.__file__).parent
# A backtest whose answer depends on the stop's price.
BACKTEST = """
import tradefleet as tf
from tradefleet.strategies import EmaCross
print(tf.backtest(EmaCross(stop_loss=0.005), tf.generate_bars("1h", days=40, seed=3)).metrics["final_equity"])
"""
# A step run compiled, without the walk, which takes longer to compile.
STEP = """
import numpy as np
from tradefleet.kernels import compiled_loop
from steps import step
results = np.zeros((4, 1))
compiled_loop(step, (0.0,), np.arange(4.0).reshape(-1, 1), (), results)
print(results[:, 0].tolist())
"""
STEPS = """
FACTOR = 1.0
def step(state, inputs, parameters):
    total = state[0] + FACTOR * inputs[0]
    return (total,), (total,)
"""


def run(script: str, home: Path, path: Path = PACKAGE.parent, before: str = "", **environment: str) -> tuple[str, str]:
    """What a script prints and says on standard error in a process of its own."""
    values = {**os.environ, "TRADEFLEET_HOME": str(home), "PYTHONPATH": str(path), **environment}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", before + script], env=values, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.strip()


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A folder with a module of one step, and a copy of the package beside it."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "steps.py").write_text(STEPS)
    return tmp_path / "code"


def path_of(folder: Path) -> str:
    return os.pathsep.join([str(folder), str(PACKAGE.parent)])


def test_edited_rule_changes_the_answer_although_the_cache_is_warm(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(PACKAGE, source / "tradefleet", ignore=shutil.ignore_patterns("__pycache__"))
    first, said = run(BACKTEST, tmp_path / "home", source)
    assert "compiling " in said
    assert run(BACKTEST, tmp_path / "home", source) == (first, "")
    rule = source / "tradefleet" / "simulation" / "rules" / "stop_loss.py"
    text = rule.read_text()
    edited = text.replace("return min(open_price, level)", "return 0.99 * min(open_price, level)")
    assert edited != text
    times = rule.stat()
    rule.write_text(edited)
    # Not even the file's time gives it away.
    os.utime(rule, ns=(times.st_atime_ns, times.st_mtime_ns))
    shutil.rmtree(source / "tradefleet" / "simulation" / "rules" / "__pycache__", ignore_errors=True)
    second, _ = run(BACKTEST, tmp_path / "home", source)
    assert float(second) < float(first)
    rule.write_text(text)
    assert run(BACKTEST, tmp_path / "home", source) == (first, "")


def test_second_run_uses_what_the_first_compiled(tmp_path: Path, steps: Path) -> None:
    first = run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))
    assert "compiling loop of steps.step, once on this machine" in first[1]
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps)) == (first[0], "")


def test_edited_step_gives_its_new_answer(tmp_path: Path, steps: Path) -> None:
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))[0] == "[0.0, 1.0, 3.0, 6.0]"
    (steps / "steps.py").write_text(STEPS.replace("total = ", "total = 10.0 * "))
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))[0] == "[0.0, 1.0, 12.0, 123.0]"


def test_edited_number_in_another_module_gives_the_new_answer(tmp_path: Path, steps: Path) -> None:
    (steps / "numbers_of_mine.py").write_text("FACTOR = 1.0\n")
    (steps / "steps.py").write_text(STEPS.replace("FACTOR = 1.0", "from numbers_of_mine import FACTOR"))
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))[0] == "[0.0, 1.0, 3.0, 6.0]"
    (steps / "numbers_of_mine.py").write_text("FACTOR = 7.50\n")
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))[0] == "[0.0, 7.5, 22.5, 45.0]"


def test_edited_helper_in_another_module_gives_the_new_answer(tmp_path: Path, steps: Path) -> None:
    (steps / "helpers_of_mine.py").write_text("def grow(x):\n    return x * 1.0\n")
    used = "from helpers_of_mine import grow\n" + STEPS.replace("FACTOR * inputs[0]", "grow(inputs[0])")
    (steps / "steps.py").write_text(used)
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))[0] == "[0.0, 1.0, 3.0, 6.0]"
    (steps / "helpers_of_mine.py").write_text("def grow(x):\n    return x * 3.00\n")
    assert run(STEP, tmp_path / "home", PYTHONPATH=path_of(steps))[0] == "[0.0, 3.0, 9.0, 18.0]"


def test_home_that_cannot_be_written_is_done_without(tmp_path: Path, steps: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "temporary").mkdir()
    environment = {"PYTHONPATH": path_of(steps), "TMPDIR": str(tmp_path / "temporary")}
    first = run(STEP, tmp_path / "file" / "home", **environment)
    assert first[0] == "[0.0, 1.0, 3.0, 6.0]"
    # The temporary folder serves instead.
    assert run(STEP, tmp_path / "file" / "home", **environment) == (first[0], "")


def test_full_disk_does_not_cost_the_result(tmp_path: Path, steps: Path) -> None:
    full = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    )
    environment = {"PYTHONPATH": path_of(steps), "PYTHONDONTWRITEBYTECODE": "1"}
    # Standard output goes through a pipe, which has no limit.
    assert run(STEP, tmp_path / "home", before=full, **environment)[0] == "[0.0, 1.0, 3.0, 6.0]"


def add(x: float) -> float:
    return x + 1.0


def test_setting_of_numba_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "mine"))
    ours, mine = njit(add), njit(add)
    assert not cache.keep_in(tmp_path / "ours", ours)
    mine.enable_caching()
    assert str(tmp_path / "mine") == config.CACHE_DIR
    assert ours(1.0) == mine(1.0) == 2.0
    for name in ("ours", "mine"):
        assert len(list((tmp_path / name).rglob("*.nbi"))) == 1
    # It is there now.
    assert cache.keep_in(tmp_path / "ours", njit(add))


def test_folder_without_the_code_does_not_pass_for_it(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    assert not cache.keep_in(tmp_path / "ours", njit(add))


def test_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    compiled = njit(add)
    assert not cache.keep_in(tmp_path / "file" / "ours", compiled)
    assert compiled(1.0) == 2.0
    # Not beside the source either, where an edit of what it calls would not be noticed.
    assert compiled._cache.cache_path is None


def test_folders_long_unused_make_room_for_a_new_one(tmp_path: Path) -> None:
    days = {"a" * 24: 31, "b" * 24: 29, "c" * 24: 31, "numba_" + "d" * 40: 31, "e" * 24 + ".txt": 31}
    for name, age in days.items():
        (tmp_path / name).mkdir()
        past = (tmp_path / name).stat().st_mtime - age * 86_400
        os.utime(tmp_path / name, (past, past))
    # What is used stays.
    cache.keep_in(tmp_path / ("c" * 24), njit(add))
    assert len(list(tmp_path.iterdir())) == 5
    cache.keep_in(tmp_path / ("f" * 24), njit(add))
    assert {path.name for path in tmp_path.iterdir()} == {*days, "f" * 24} - {"a" * 24}


STRATEGY = """
from tradefleet import Signals, Strategy
from tradefleet.graph import Step, close
from tradefleet.graph.node import call
def double(state, inputs, parameters):
    return state, (2.0 * inputs[0],)
DOUBLE = Step(double, name="double", initial=(0.0,))
class Mine(Strategy):
    def signals(self):
        return Signals(call(DOUBLE, (close,)).nodes[0] > 1.0)
"""
# The step of a strategy file, run compiled.
LOADED = """
import sys
import numpy as np
from tradefleet.kernels import compiled_loop
from tradefleet.strategies import load_strategy
step = sys.modules[load_strategy(FILE).__module__].double
results = np.zeros((2, 1))
compiled_loop(step, (0.0,), np.ones((2, 1)), (), results)
print(results[:, 0].tolist())
"""


def test_step_of_a_strategy_file_is_compiled_once(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(STRATEGY)
    script = LOADED.replace("FILE", repr(str(tmp_path / "mine.py")))
    first = run(script, tmp_path / "home", PYTHONHASHSEED="1")
    assert "compiling loop of tradefleet_strategy_mine_" in first[1]
    files = sorted((tmp_path / "home").rglob("*.nb?"))
    assert run(script, tmp_path / "home", PYTHONHASHSEED="2") == (first[0], "")
    assert sorted((tmp_path / "home").rglob("*.nb?")) == files
