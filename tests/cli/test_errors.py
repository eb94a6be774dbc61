"""What a user can get wrong: one line with the place and the cure, exit 2, and nothing changed."""

from __future__ import annotations

import gzip
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Command, tree

import tradefleet as tf

SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")

CHAINED = """
from tradefleet import Signals, Strategy
from tradefleet.graph import close
from tradefleet.indicators import ema, rsi


class Chained(Strategy):
    def signals(self):
        return Signals(enter_long=30 < rsi(close) < 70)


class Half(Strategy):
    def signals(self):
        return Signals(enter_long=close > ema(close, 12.5))


class Future(Strategy):
    def signals(self):
        return Signals(enter_long=close > close.shift(-1))


class Empty(Strategy):
    def signals(self):
        pass
"""


def refused(command: Command, *words: object, says: tuple[str, ...]) -> None:
    """The command exits 2 with one line that says all of these, and leaves the catalog as it was."""
    home = tf.catalog().root
    before = tree(home)
    outcome = command(*words)
    assert outcome.code == 2
    lines = [line for line in outcome.err.splitlines() if "compiling" not in line]
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    for text in says:
        assert text in lines[0]
    assert tree(home) == before


def test_a_bad_row_in_the_middle(filled: Command, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "time,open,high,low,close,volume\n2025-01-01T00:00Z,1,2,1,2,5\n2025-01-01T01:00Z,1,x,1,2,5\n"
        "2025-01-01T02:00Z,1,2,1,2,5\n"
    )
    refused(filled, "data", "import", bad, *SERIES, says=("bad.csv:3", "'x'", "--on-bad"))


def test_a_truncated_gzip(filled: Command, tmp_path: Path, prices: Path) -> None:
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(prices.read_bytes())[:-500])
    refused(filled, "data", "import", cut, *SERIES, says=("cut.csv.gz",))


def test_an_empty_file(filled: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    refused(filled, "data", "import", empty, *SERIES, says=("empty.csv", "empty"))


def test_overlapping_bars_with_other_values(filled: Command, prices: Path) -> None:
    lines = prices.read_text().splitlines()
    time, *_ = lines[500].split(",")
    lines[500] = f"{time},100,101,99,100,7"
    prices.write_text("\n".join(lines))
    refused(filled, "data", "import", prices, *SERIES, says=("2024-01-21T19:00:00Z", "--replace"))


def test_a_full_disk(filled: Command, tmp_path: Path) -> None:
    big = tf.generate_bars("1m", days=60, symbol="BIG/USD")
    path = tmp_path / "big.csv"
    big.to_polars().write_csv(path)
    before = tree(tf.catalog().root)

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    result = subprocess.run(
        [sys.executable, "-m", "tradefleet", "data", "import", path, "--symbol", "BIG/USD", "--timeframe", "1m"],
        preexec_fn=small_disk,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stderr.startswith("error: ")
    assert tree(tf.catalog().root) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ema_crss",), ("ema_crss", "did you mean 'ema_cross'?")),
        (("nowhere.py:Cross",), ("nowhere.py", "new strategy")),
        (("no_such_module:Cross",), ("no_such_module",)),
        (("ema_cross", "--set", "fsat=5"), ("fsat", "ema_cross", "did you mean 'fast'?")),
        (("ema_cross", "--set", "fast=1"), ("fast is 1", "ema_cross", "2 to 1000")),
        (("ema_cross", "--set", "fast=12.5"), ("fast is '12.5'", "whole number")),
        (("ema_cross", "--set", "fast"), ("--set fast", "fast=12")),
        (("ema_cross", "--set", "side=up"), ("side is 'up'", "both, long, short")),
        (("ema_cross", "--size", "2"), ("size is 2", "0.99")),
        (("ema_cross", "--size", "risk:0.01"), ("stop_loss",)),
        (("ema_cross", "--fee", "-1"), ("fee is -1", "0.001")),
        (("ema_cross", "--cash", "0"), ("cash is 0",)),
        (("ema_cross", "--since", "2024-02-01", "--until", "2024-01-01"), ("since 2024-02-01", "swap")),
        (("ema_cross", "--since", "yesterday"), ("yesterday", "2018-01-31")),
        (("ema_cross", "--since", "2030-01-01"), ("2030", "2024-02-09")),
        (("ema_cross", "--symbol", "GEN/EUR"), ("GEN/EUR", "GEN/USD")),
        (("ema_cross", "--timeframe", "2x"), ("2x", "1m, 5m")),
        (("ema_cross", "--trades", "no/such/folder/t.csv"), ("no/such/folder", "folder that exists")),
        (("ema_cross", "--nonsense", "1"), ("--nonsense", "--help")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_word(filled: Command, words: tuple[str, ...], says: tuple[str, ...]) -> None:
    given = {word: words[index + 1] for index, word in enumerate(words) if word.startswith("--") and index}
    series = [
        w for name, value in zip(SERIES[::2], SERIES[1::2], strict=True) if name not in given for w in (name, value)
    ]
    refused(filled, "backtest", *words, *series, says=says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Chained", ("mine.py:9", "(rsi(close, 14) > 30)", "(30 < x) & (x < 70)")),
        ("Half", ("mine.py:14", "12.5", "whole number")),
        ("Future", ("mine.py:19", "future")),
        ("Empty", ("NoneType", "return Signals")),
        ("Missing", ("'Missing'", "mine.py")),
    ],
)
def test_a_strategy_that_cannot_be(filled: Command, tmp_path: Path, name: str, says: tuple[str, ...]) -> None:
    (tmp_path / "mine.py").write_text(CHAINED)
    refused(filled, "backtest", f"mine.py:{name}", *SERIES, says=says)


def test_a_strategy_file_with_a_syntax_error(filled: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import math\n\nclass Broken(:\n    pass\n")
    refused(filled, "backtest", "broken.py:Broken", *SERIES, says=("broken.py:3", "invalid syntax"))


def test_errors_for_machines(filled: Command) -> None:
    outcome = filled("backtest", "ema_cross", *SERIES, "--set", "fsat=5", "--json", "-")
    assert outcome.code == 2
    assert outcome.out == ""
    error = json.loads(outcome.err)["error"]
    assert list(error) == ["kind", "message", "where", "cure"]
    assert error["kind"] == "parameter"
    assert error["cure"] == "did you mean 'fast'?"


def test_a_failure_of_ours_exits_1(filled: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("tradefleet.cli.backtest.run", broken)
    outcome = filled("backtest", "ema_cross", *SERIES)
    assert outcome.code == 1
    assert "a bug" in outcome.err
    assert "report it" in outcome.err
