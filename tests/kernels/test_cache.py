"""Compiled code is kept between runs, and never stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tradefleet

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
    assert "compiling walk" in said
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
