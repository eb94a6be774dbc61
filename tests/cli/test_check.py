"""The command `check`: exit codes, what it prints, what it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command

from tradefleet.cli.main import app

STRATEGIES = '''
import numpy as np
from tradefleet import Signals, Strategy, param
from tradefleet.graph import Operation, close, crossed_above, series
from tradefleet.graph.node import call
from tradefleet.indicators import ema, obv


class Tomorrow(Operation):
    """The next close."""

    name = "tomorrow"

    def batch(self, inputs, parameters, run):
        return (np.roll(inputs[0], -1),)

    def stream(self, parameters, run):
        return lambda value: (value,)


class Leaky(Strategy):
    factor = param(1.0, 0.5, 2.0)

    def signals(self):
        return Signals(enter_long=call(Tomorrow(), (close,)).nodes[0] > close * self.factor)


class Sums(Strategy):
    def signals(self):
        return Signals(enter_long=obv() > 1000, exit_long=obv() < 0)


class Fearful(Strategy):
    def signals(self):
        return Signals(enter_long=crossed_above(ema(close, 5), ema(close, 9)) & (series("fear") < 50))
'''


@pytest.fixture
def checking(filled: Command, tmp_path: Path) -> Command:
    """A catalog with GEN/USD 1h, and a file of strategies."""
    if "check" not in list(app):
        app.command("tradefleet.cli.check:check", name="check")
    (tmp_path / "my.py").write_text(STRATEGIES)
    return filled


BARS = ("--symbol", "GEN/USD", "--timeframe", "1h")


def test_a_leak_ends_with_2_and_names_the_column(checking: Command) -> None:
    outcome = checking("check", "my.py:Leaky", *BARS)
    assert outcome.code == 2
    assert "look_ahead" in outcome.out and "tomorrow(close)" in outcome.out
    assert outcome.err.startswith("error: Leaky on GEN/USD: tomorrow(close) looks 1 bar ahead, first at 2024-01-01")
    assert outcome.err.count("\n") == 1 and "my.py:" in outcome.err


def test_a_clean_strategy_ends_with_0(checking: Command) -> None:
    outcome = checking("check", "ema_cross", "rsi_reversion", *BARS, "--set", "slow=30")
    assert outcome.code == 0, outcome.err
    assert "EmaCross on GEN/USD 1h: 960 bars" in outcome.out and "nothing found" in outcome.out


def test_warnings_alone_end_with_0(checking: Command) -> None:
    outcome = checking("check", "my.py:Sums", *BARS)
    assert outcome.code == 0, outcome.err
    assert "warning  cumulative" in outcome.out


def test_json_has_the_findings_and_the_error_goes_beside_it(checking: Command) -> None:
    outcome = checking("check", "my.py:Leaky", "ema_cross", *BARS, "--json", "found.json")
    assert outcome.code == 2
    found: dict[str, Any] = json.loads(Path("found.json").read_text())
    assert found["clean"] is False
    (finding,) = [each for each in found["findings"] if each["severity"] == "error"]
    assert (finding["column"], finding["bars_ahead"], finding["affects"]) == ("tomorrow(close)", 1, ["enter_long"])
    assert finding["first_time"] == "2024-01-01T00:00:00Z"
    assert [each["strategy"] for each in found["examined"]] == ["Leaky", "EmaCross"]
    error = json.loads(outcome.err)["error"]
    assert error["kind"] == "strategy" and "tomorrow(close)" in error["message"] and error["cure"]


def test_json_on_standard_output_stands_alone(checking: Command) -> None:
    outcome = checking("check", "ema_cross", *BARS, "--json", "-")
    assert outcome.code == 0
    assert json.loads(outcome.out)["clean"] is True


def test_series_and_range_are_used(checking: Command) -> None:
    Path("fear.csv").write_text("time,value\n2023-12-31T00:00:00Z,40\n2024-01-15T00:00:00Z,80\n")
    words = ("check", "my.py:Fearful", *BARS, "--series", "fear=fear.csv", "--since", "2024-01-05", "--bars", "300")
    outcome = checking(*words)
    assert outcome.code == 0, outcome.err
    assert "from 2024-01-05T00:00:00Z" in outcome.out and "of 864 bars were used" in outcome.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing_such", *BARS), "there is no strategy 'nothing_such'"),
        (("ema_cross", *BARS, "--bars", "0"), "the most bars to use are 0"),
        (("ema_cross", *BARS, "--set", "fsat=3"), "fsat"),
        (("ema_cross", *BARS, "--since", "2024-02-09"), "to be checked"),
        (("ema_cross", "--symbol", "NO/USD", "--timeframe", "1h"), "NO/USD"),
    ],
)
def test_mistakes_are_one_line(checking: Command, words: tuple[str, ...], told: str) -> None:
    outcome = checking("check", *words)
    assert outcome.code == 2
    assert told in outcome.err and outcome.err.count("\n") == 1
