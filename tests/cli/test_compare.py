"""Several strategies by one command: a row each, in processes of their own; what fails is named and stops no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command
from tests.research.parallel.conftest import all_gone

import tradefleet as tf
from tradefleet.app.compare import compare
from tradefleet.market.generate import generate_bars

MINE = """
import os, time
from pathlib import Path
from tradefleet import Signals, Strategy
from tradefleet.graph import close


class Rises(Strategy):
    def signals(self):
        return Signals(close > close.shift(1), close < close.shift(1))


class Divides(Rises):
    def signals(self):
        return 1 / 0


class Loops(Rises):
    def signals(self):
        while True:
            pass


class Exits(Rises):
    def signals(self):
        os._exit(3)


class Tells(Rises):
    def on_bar(self, bar, account):
        Path(f"{os.getpid()}.pid").touch()
        time.sleep(1000)


class TellsToo(Tells):
    pass
"""
SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")


@pytest.fixture
def mine(filled: Command, tmp_path: Path) -> Command:
    (tmp_path / "my.py").write_text(MINE)
    return filled


def test_failed_strategies_are_rows_and_the_others_go_on(mine: Command) -> None:
    names = ("ema_cross", "my.py:Divides", "my.py:Loops", "my.py:Exits", "my.py:Rises")
    files = ("--json", "out.json", "--report", "out.html", "--trades", "out.csv")
    outcome = mine("backtest", *names, *SERIES, *files, "--timeout", 5, "--workers", 2)
    assert outcome.code == 2
    assert json.loads(outcome.err.splitlines()[-1])["error"]["message"] == (
        "3 of 5 strategies failed: divides, loops, exits"
    )
    lines = outcome.out.splitlines()
    assert [line.split()[0] for line in lines[:6]] == ["strategy", "ema_cross", "divides", "loops", "exits", "rises"]
    assert "ZeroDivisionError: division by zero" in lines[2] and "my.py:" in lines[2]
    assert "no result after 5 s: ended loops; raise --timeout" in lines[3]
    assert "the process of exits ended by exit code 3" in lines[4]
    found = json.loads(Path("out.json").read_text())
    assert [result["strategy"] for result in found["results"]] == ["ema_cross", "rises"]
    assert [failure["strategy"] for failure in found["errors"]] == ["divides", "loops", "exits"]
    assert lines[3].endswith(found["errors"][1]["error"])
    assert {line.split(",")[0] for line in Path("out.csv").read_text().splitlines()} == {
        "strategy", "ema_cross", "rises",
    }  # fmt: skip
    assert Path("out.html").stat().st_size > 10_000


def test_results_are_those_of_single_backtests(mine: Command) -> None:
    words = (*SERIES, "--since", "2024-01-15", "--fee", 0.002, "--equity", "bar")
    together = mine("backtest", "ema_cross", "my.py:Rises", *words, "--json", "-")
    assert together.code == 0, together.err
    alone = [json.loads(mine("backtest", name, *words, "--json", "-").out) for name in ("ema_cross", "my.py:Rises")]
    assert json.loads(together.out) == {"results": alone, "errors": []}


def test_where_all_fail_nothing_but_the_table_is_written(mine: Command) -> None:
    outcome = mine("backtest", "my.py:Divides", "my.py:Exits", *SERIES, "--report", "out.html", "--workers", 1)
    assert outcome.code == 2
    assert "error: 2 of 2 strategies failed: divides, exits; see their rows" in outcome.err
    assert not Path("out.html").exists()


@pytest.mark.parametrize(
    ("words", "told"), [(("--workers", 0), "workers is 0; give"), (("--timeout", -1), "timeout is -1.0; give")]
)
def test_numbers_that_are_none_are_one_line(mine: Command, words: Any, told: str) -> None:
    outcome = mine("backtest", "ema_cross", "sma_cross", *SERIES, *words)
    assert outcome.code == 2 and told in outcome.err and "Traceback" not in outcome.err


def test_ctrl_c_ends_all(mine: Command, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tradefleet", "backtest", "my.py:Tells", "my.py:TellsToo", *SERIES, "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while len(list(tmp_path.glob("*.pid"))) < 2:
        assert time.monotonic() < until and process.poll() is None, process.communicate()
        time.sleep(0.05)
    # As a terminal does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in errors
    assert all_gone([int(path.stem) for path in tmp_path.glob("*.pid")])


def test_one_strategy_loads_nothing_of_processes(mine: Command) -> None:
    code = "import sys; from tradefleet.cli.main import run; code = run(sys.argv[1:]); "
    code += "sys.exit(code or 'tradefleet.research.parallel' in sys.modules)"
    words = [sys.executable, "-c", code, "backtest", "ema_cross", *SERIES]
    assert subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_comparison_in_python_has_whole_results() -> None:
    bars = {name: generate_bars("1h", days=40, seed=seed, symbol=name) for seed, name in enumerate(("A/USD", "B/USD"))}
    found = compare(["ema_cross", "sma_cross"], bars, since="2024-01-10", cash=5_000)
    for result, name in zip(found.results, ("ema_cross", "sma_cross"), strict=True):
        alone = tf.backtest(name, bars, since="2024-01-10", cash=5_000)
        assert result.as_dict("bar") == alone.as_dict("bar")
        assert str(result) == str(alone)
        assert result.equity_by_symbol().equals(alone.equity_by_symbol())
    found.raise_errors()
