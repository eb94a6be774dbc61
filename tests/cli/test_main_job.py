"""From a CSV of prices to a backtest, by commands."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Command

import tradefleet as tf
from tradefleet.market.generate import generate_bars
from tradefleet.market.resample import resample
from tradefleet.storage.catalog import Finding, Findings, check_series
from tradefleet.strategies import builtin_strategies

SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")


def test_import_says_what_came_in(command: Command, prices: Path) -> None:
    outcome = command("data", "import", prices, *SERIES, "--json", "-")
    report = json.loads(outcome.out)
    assert (outcome.code, report["bars"], report["added"]) == (0, 960, 960)
    assert (report["first"], report["last"]) == ("2024-01-01T00:00:00Z", "2024-02-09T23:00:00Z")


def test_importing_twice_changes_nothing(filled: Command, prices: Path) -> None:
    report = json.loads(filled("data", "import", prices, *SERIES, "--json", "-").out)
    assert (report["added"], report["replaced"], report["unchanged"]) == (0, 0, 960)


def test_list_is_an_empty_list_before_the_first_import(command: Command) -> None:
    assert json.loads(command("data", "list", "--json", "-").out) == []


def test_list_names_the_series(filled: Command) -> None:
    (series,) = json.loads(filled("data", "list", "--json", "-").out)
    assert (series["symbol"], series["timeframe"], series["bars"]) == ("GEN/USD", "1h", 960)


def test_check_of_whole_bars_finds_no_error(filled: Command) -> None:
    outcome = filled("data", "check", *SERIES)
    assert outcome.code == 0
    assert "no errors" in outcome.out


def test_strict_check_fails_for_a_gap(command: Command, prices: Path) -> None:
    lines = prices.read_text().splitlines()
    del lines[100]
    prices.write_text("\n".join(lines))
    command("data", "import", prices, *SERIES)
    assert command("data", "check", *SERIES).code == 0
    strict = command("data", "check", *SERIES, "--strict")
    assert strict.code == 2
    assert "the check found gap: 1" in strict.err
    assert "look at them above; without --strict they pass" in strict.err
    assert "--replace" not in strict.err


def test_check_of_errors_names_the_repair(filled: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    error = Findings("duplicate time", 1200, lambda _: Finding("duplicate time", "here", None, "twice"))
    report = replace(check_series(tf.catalog(), "GEN/USD", "1h"), errors=[error])
    monkeypatch.setattr("tradefleet.cli.data.check_series", lambda *_: report)
    outcome = filled("data", "check", *SERIES, "--strict")
    assert outcome.code == 2
    assert "the check found duplicate time: 1,200" in outcome.err
    assert "import the series again with --replace" in outcome.err


def test_list_shows_the_others_when_a_manifest_is_damaged(filled: Command, prices: Path) -> None:
    filled("data", "import", prices, "--symbol", "BAD", "--timeframe", "1h")
    manifest = tf.catalog().root / "local" / "BAD" / "1h" / "manifest.json"
    manifest.write_text("{")
    outcome = filled("data", "list")
    assert outcome.code == 2
    assert "GEN/USD" in outcome.out
    assert "the manifest is damaged" in outcome.err
    assert "BAD" in outcome.err
    assert [row["symbol"] for row in json.loads(filled("data", "list", "--json", "-").out)] == ["GEN/USD"]


def test_replace_repairs_an_import_by_the_wrong_clock(command: Command, prices: Path) -> None:
    rows = [line.replace("Z,", ",", 1) for line in prices.read_text().splitlines()]
    prices.write_text("\n".join(rows))
    command("data", "import", prices, *SERIES)
    # Every seventh hour is absent now, as a weekend is: the wrong bars must not fill it.
    prices.write_text("\n".join(line for number, line in enumerate(rows) if number == 0 or number % 7))
    outcome = command("data", "import", prices, *SERIES, "--timezone", "America/New_York+7h", "--replace")
    assert outcome.code == 0, outcome.err
    assert " removed" in outcome.out and " 0 removed" not in outcome.out
    expected = tf.read_bars(prices, timeframe="1h", symbol="GEN/USD", timezone="America/New_York+7h")
    found = tf.catalog().bars("GEN/USD", "1h", since=expected.first)
    assert found.between(None, expected.last) == expected[:-1]


def test_resample_makes_longer_bars(filled: Command) -> None:
    rows = json.loads(filled("data", "resample", *SERIES, "--to", "4h", "--to", "1d", "--json", "-").out)
    assert [(row["timeframe"], row["bars"]) for row in rows] == [("4h", 240), ("1d", 40)]


def test_exported_bars_come_back_equal(filled: Command, tmp_path: Path) -> None:
    assert filled("data", "export", "out.csv", *SERIES).code == 0
    again = tf.read_bars(tmp_path / "out.csv", timeframe="1h", symbol="GEN/USD")
    assert (again.close == tf.catalog().bars("GEN/USD", "1h").close).all()


def test_backtest_writes_json_report_and_trades(filled: Command, tmp_path: Path) -> None:
    words = ("--set", "fast=5", "--set", "slow=20", "--json", "r.json", "--report", "r.html", "--trades", "t.csv")
    outcome = filled("backtest", "ema_cross", *SERIES, *words)
    assert outcome.code == 0, outcome.err
    result = json.loads((tmp_path / "r.json").read_text())
    expected = tf.backtest(builtin_strategies()["ema_cross"](fast=5, slow=20), tf.catalog().bars("GEN/USD", "1h"))
    assert list(result)[:6] == ["strategy", "parameters", "data", "settings", "metrics", "trades"]
    assert result["parameters"]["fast"] == 5
    assert result["metrics"]["final_equity"] == expected.metrics["final_equity"]
    assert len(result["trades"]) == len(expected.trades) > 10
    assert result["trades"][0]["entry_time"].endswith("Z")
    assert result["equity"][-1]["equity"] == expected.metrics["final_equity"]
    assert len(result["equity"]) == 40
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert [float(row["profit"]) for row in rows] == expected.trades["profit"].to_list()
    assert rows[0]["strategy"] == "ema_cross"
    assert "<html" in (tmp_path / "r.html").read_text()[:2000]


def test_equity_of_every_bar_on_request(filled: Command) -> None:
    result = json.loads(filled("backtest", "ema_cross", *SERIES, "--equity", "bar", "--json", "-").out)
    assert len(result["equity"]) == 960


def test_undefined_measures_are_null(filled: Command) -> None:
    outcome = filled("backtest", "ema_cross", *SERIES, "--set", "slow=900", "--json", "-")
    metrics = json.loads(outcome.out)["metrics"]
    assert metrics["trades"] == 0
    assert metrics["win_rate"] is None


def test_several_strategies_give_one_table(filled: Command) -> None:
    names = sorted(builtin_strategies())
    outcome = filled("backtest", *names, *SERIES, "--set", "stop_loss=0.02", "--set", "fast=9")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()[1:]] == names


def test_since_simulates_from_there_on_settled_indicators(filled: Command) -> None:
    words = ("--since", "2024-01-20", "--until", "2024-02-01", "--json", "-")
    data = json.loads(filled("backtest", "ema_cross", *SERIES, *words).out)["data"]
    assert (data["first"], data["last"]) == ("2024-01-20T00:00:00Z", "2024-01-31T23:00:00Z")
    assert data["anchor"] < data["first"]


def test_sizes_are_read_from_the_command_line(filled: Command) -> None:
    words = ("--size", "amount:1000", "--json", "-")
    trades = json.loads(filled("backtest", "ema_cross", *SERIES, *words).out)["trades"]
    assert all(math.isclose(t["quantity"] * t["entry_price"], 1000, rel_tol=0.05) for t in trades)


def test_new_strategy_runs(filled: Command, tmp_path: Path) -> None:
    assert filled("new", "strategy", "my_cross").code == 0
    outcome = filled("backtest", "my_cross.py:MyCross", *SERIES, "--json", "-")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["trades"]
    assert filled("new", "strategy", "my_cross").code == 2


def test_strategies_and_indicators_are_listed(command: Command) -> None:
    assert {row["name"] for row in json.loads(command("strategies", "--json", "-").out)} == set(builtin_strategies())
    indicators = json.loads(command("indicators", "--json", "-").out)
    assert sum(bool(row["talib_name"]) for row in indicators) == 201


@pytest.mark.parametrize("words", [(), ("data",), ("backtest",), ("data", "import"), ("demo",)])
def test_help_has_an_example(command: Command, words: tuple[str, ...]) -> None:
    outcome = command(*words, "--help")
    assert outcome.code == 0
    assert "tradefleet" in outcome.out


def test_demo_ends_in_a_report(command: Command) -> None:
    outcome = command("demo", "--seconds", "1")
    assert outcome.code == 0, outcome.err
    report = tf.catalog().root.parent / "demo" / "report.html"
    assert str(report) in outcome.out
    assert all(name in report.read_text() for name in builtin_strategies())
    assert command("demo", "--seconds", "1").code == 0


def test_second_demo_has_its_own_market_alone(command: Command) -> None:
    assert command("demo", "--seconds", "4").code == 0
    assert command("demo", "--seconds", "1", "--seed", "2").code == 0
    own = generate_bars("5m", days=60, seed=2, symbol="DEMO/USD")
    five, hours = (tf.catalog().bars("DEMO/USD", timeframe, venue="demo") for timeframe in ("5m", "1h"))
    assert (len(five), five.last) == (len(own), own.last)
    assert (five.close == own.close).all()
    assert hours == resample(five, "1h")


def test_demo_of_a_negative_seed_is_refused(command: Command) -> None:
    outcome = command("demo", "--seed", "-1")
    assert outcome.code == 2
    assert "seed is -1" in outcome.err


def test_demo_without_a_home_to_write_names_the_cure(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    outcome = command("demo", "--seconds", "1")
    assert outcome.code == 2
    assert "Permission denied" in outcome.err
    assert "TRADEFLEET_HOME" in outcome.err


def test_a_reader_that_leaves_does_not_cost_the_files(filled: Command, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = ["backtest", "ema_cross", *SERIES, "--json", "r.json", "--trades", "t.csv"]
    result = subprocess.run(
        [sys.executable, "-m", "tradefleet", *words], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert result.returncode == 0
    assert "error" not in result.stderr and "Traceback" not in result.stderr
    assert json.loads((tmp_path / "r.json").read_text())["trades"]
    assert (tmp_path / "t.csv").read_text().startswith("strategy,")
