"""The command `sweep`: what it prints and writes, that it goes on after any end, and its errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Command

import tradefleet as tf
from tradefleet.cli.interrupting import interrupts
from tradefleet.market.home import home
from tradefleet.metrics import MEASURES

SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")
GRID = ("--grid", "entry=20:36:4", "--grid", "stop_loss=0.01:0.03:0.01", "--grid", "reward_risk=1,2")
# Of several chunks: 6,000 combinations.
LARGE = ("--grid", "entry=20:39:1", "--grid", "stop_loss=0.001:0.03:0.001", "--grid", "reward_risk=1:10:1")
# Of some seconds.
VAST = ("--grid", "entry=20:39:0.1", "--grid", "stop_loss=0.001:0.08:0.001", "--grid", "reward_risk=1:10:0.1")


def test_the_top_is_printed_and_all_is_written(filled: Command, tmp_path: Path) -> None:
    words = ("--json", "s.json", "--report", "s.html", "--out", "s.parquet", "--top", 3)
    done = filled("sweep", "rsi_reversion", *SERIES, *GRID, *words)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].startswith("30 combinations: about ")
    assert lines[2] == "rsi_reversion on GEN/USD 1h"
    assert [line.split()[0] for line in lines[7:10]] == ["1", "2", "3"]
    assert lines[10] == ""
    assert lines[11].startswith("The best of 30 trials has a Sharpe ratio of ")
    assert lines[-3:] == ["table: s.parquet", "", "report: s.html"]
    found = json.loads(Path("s.json").read_text())
    assert set(found) >= {"rows", "trials", "deflated_sharpe", "errors"}
    assert found["trials"] == len(found["rows"]) == 30
    assert set(found["rows"][0]) == {"entry", "stop_loss", "reward_risk", *MEASURES, "error"}
    assert pl.read_parquet("s.parquet")["sharpe"].to_list() == [row["sharpe"] for row in found["rows"]]
    assert Path("s.html").read_text().lstrip().lower().startswith("<!doctype html>")
    assert not (home() / "sweeps").exists()


def test_each_row_is_the_backtest_of_its_parameters(filled: Command) -> None:
    filled("sweep", "rsi_reversion", *SERIES, *GRID, "--fee", 0, "--set", "exit=60", "--json", "s.json")
    for row in json.loads(Path("s.json").read_text())["rows"][::11]:
        values = [word for name in ("entry", "stop_loss", "reward_risk") for word in ("--set", f"{name}={row[name]}")]
        words = (*values, "--set", "exit=60", "--fee", 0, "--json", "b.json")
        assert filled("backtest", "rsi_reversion", *SERIES, *words).code == 0
        metrics = json.loads(Path("b.json").read_text())["metrics"]
        assert {name: row[name] for name in metrics} == metrics


def test_json_alone_goes_to_standard_output(filled: Command) -> None:
    done = filled("sweep", "ema_cross", *SERIES, "--grid", "fast=5:20:5", "--where", "fast < 20", "--json", "-")
    assert json.loads(done.out)["trials"] == 3


def test_options_reach_the_sweep(filled: Command) -> None:
    words = ("--random", 6, "--seed", 3, "--objective", "max_drawdown", "--min-trades", 4, "--confirm", 0.3)
    done = filled("sweep", "rsi_reversion", *SERIES, *GRID, *words, "--cash", 500, "--json", "s.json")
    assert done.code == 0, done.err
    found = json.loads(Path("s.json").read_text())
    assert (found["trials"], found["objective"], found["min_trades"]) == (6, "max_drawdown", 4)
    assert found["settings"]["cash"] == 500
    assert found["confirmation"]["training"]["since"] is None
    assert "confirm_max_drawdown" in found["rows"][0]
    assert "confirm max drawdown" in done.out


def test_a_strategy_in_a_file_is_swept(filled: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from tradefleet import Signals, Strategy, param\n"
        "from tradefleet.graph import close, crossed_above, crossed_below\n"
        "from tradefleet.indicators import sma\n"
        "class Mine(Strategy):\n"
        "    period = param(20, 2, 200)\n"
        "    def signals(self):\n"
        "        average = sma(close, self.period)\n"
        "        return Signals(crossed_above(close, average), crossed_below(close, average), stop_loss=0.05)\n"
    )
    done = filled("sweep", "mine.py:Mine", *SERIES, "--grid", "period=10:50:10", "--json", "s.json")
    assert done.code == 0, done.err
    assert json.loads(Path("s.json").read_text())["trials"] == 5
    replaced = filled("sweep", "mine.py:Mine", *SERIES, "--grid", "stop_loss=0.01,0.02")
    assert replaced.code == 2
    assert "stop_loss" in replaced.err
    assert replaced.err.count("\n") == 1


def test_several_strategies_are_compared(filled: Command) -> None:
    words = ("--grid", "fast=5,9", "--grid", "entry=20,30", "--grid", "stop_loss=0.01,0.02")
    done = filled("sweep", "ema_cross", "rsi_reversion", *SERIES, *words, "--json", "s.json", "--report", "s.html")
    assert done.code == 0, done.err
    found = json.loads(Path("s.json").read_text())["results"]
    assert [(each["strategy"], each["trials"]) for each in found] == [("ema_cross", 4), ("rsi_reversion", 4)]
    assert Path("s-ema_cross.html").exists()
    assert Path("s-rsi_reversion.html").exists()
    table = done.out[done.out.index("strategy  ") :].splitlines()
    assert [line.split()[:2] for line in table[1:3]] == [["ema_cross", "4"], ["rsi_reversion", "4"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "there is nothing to search; give a grid such as fast=5:50:5"),
        (("--grid", "entry=30:20:1"), "the range 30:20:1 is empty"),
        (("--grid", "entyr=1,2"), "rsi_reversion has no parameter 'entyr'; did you mean 'entry'?"),
        (("--grid", "entry=20,30", "--set", "entry=5"), "entry is given by --grid and by --set entry=5"),
        (("--grid", "entry=20,30", "--where", "fast < 5"), "there is no parameter 'fast'"),
        (("--grid", "entry=20,30", "--where", "entry > 90"), "none of 2 combinations satisfies the constraint"),
        (("--grid", "entry=20,30", "--confirm", "2"), "confirm is 2"),
        (("--grid", "entry=20,30", "--set", "take_profit=0.1", "--set", "reward_risk=2"), "both reward_risk and"),
        (("--grid", "entry=20,30", "--memory", "lots"), "memory is 'lots'"),
        (("--grid", "leverage=2,3"), 'leverage is 2 on a spot market; set market = "perpetual" or leverage = 1'),
        (
            (*("--grid", "entry=1:99:0.001"), *("--grid", "exit=1:99:0.001"), *("--grid", "stop_loss=0.001:0.9:0.001")),
            "combinations; take coarser steps, or draw some at random",
        ),
    ],
)
def test_what_cannot_be_swept_is_one_line(filled: Command, words: tuple[str, ...], message: str) -> None:
    done = filled("sweep", "rsi_reversion", *SERIES, *words)
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert message in done.err
    assert done.err.count("\n") == 1


def separate(*words: object) -> subprocess.Popen[str]:
    """A process of its own; its coverage of the same code is checked by what it prints."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )


def test_killed_at_a_part_and_resumed_it_ends_as_one_that_was_not(filled: Command) -> None:
    words = ("sweep", "rsi_reversion", *SERIES, *LARGE, "--top", 1)
    script = Path(__file__).with_name("sweeping.py")
    for moment, kept in (("BEFORE", 0), ("AFTER", 1)):
        process = separate(script, 1, moment, *words)
        out, err = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, err
        assert str(Path(tf.__file__).parent) in out
        parts = list((home() / "sweeps").glob("*/*.parquet"))
        assert len(parts) == kept
    resumed = filled(*words, "--resume", "--out", "resumed.parquet")
    assert resumed.code == 0, resumed.err
    assert "6,000 combinations by sharpe, 2,000 of them by an earlier run" in resumed.out
    again = filled(*words, "--out", "whole.parquet")
    assert "6,000 of 6,000 combinations; --resume (resume=True) would have gone on with it" in again.out
    assert pl.read_parquet("resumed.parquet").equals(pl.read_parquet("whole.parquet"))
    reranked = filled(*words, "--resume", "--objective", "total_return")
    assert "6,000 combinations by total return, 6,000 of them by an earlier run" in reranked.out


def test_another_grid_bars_or_money_is_another_sweep(filled: Command) -> None:
    words = ("sweep", "rsi_reversion", *SERIES, *LARGE, "--top", 1)
    assert filled(*words).code == 0
    for other in (("--fee", 0), ("--set", "exit=60"), ("--until", "2024-02-01"), ("--confirm", 0.5)):
        done = filled(*words, *other, "--resume")
        assert "earlier run" not in done.out
    assert "6,000 of them by an earlier run" in filled(*words, "--resume").out


def test_ctrl_c_shows_what_is_done_and_it_goes_on(filled: Command) -> None:
    words = ("sweep", "rsi_reversion", *SERIES, *VAST, "--top", 2, "--memory", "2GB")
    process = separate("-m", "tradefleet", *words, "--json", "s.json")
    deadline = time.monotonic() + 60
    while not list((home() / "sweeps").glob("*/0*.parquet")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "the same command with --resume goes on" in err
    found = json.loads(Path("s.json").read_text())
    assert found["interrupted"] is True
    assert 0 < found["trials"] < 1_390_480
    assert f"warning: interrupted: {found['trials']:,} of 1,390,480 combinations are done" in out
    assert f"{found['trials']:,} combinations by sharpe" in out


@pytest.fixture
def default_ctrl_c() -> Iterator[None]:
    """Python's own handler, which tests in the background do not have: there the signal is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_that_falls_into_a_clean_up_is_not_lost(default_ctrl_c: None) -> None:
    with interrupts() as check:
        check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        # As though Python had dropped it.
        with pytest.raises(KeyboardInterrupt):
            check()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
