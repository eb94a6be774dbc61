"""Backtests of several symbols, with accounts, finer bars and series, by commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command

import tradefleet as tf
from tradefleet.market.generate import generate_bars

PERPETUAL = """
[account]
market = "perpetual"
leverage = 3
maintenance_margin = 0.005
funding = 0.0001
max_open_positions = 2
"""
STRATEGIES = '''
from tradefleet import Signals, Strategy
from tradefleet.graph import close, crossed_above, crossed_below, series, symbol, timeframe
from tradefleet.indicators import ema


class FourHours(Strategy):
    """In the direction of four hours, while the other symbol rises and fear is low."""

    stop_loss = 0.004
    reward_risk = 1.0

    def signals(self):
        fast, slow = ema(close, 5), ema(close, 20)
        longer = timeframe("4h").close > ema(timeframe("4h").close, 5)
        other = symbol("B/USD").close > symbol("B/USD").close.shift(3)
        return Signals(
            enter_long=crossed_above(fast, slow) & (longer | other) & (series("fear") < 90),
            exit_long=crossed_below(fast, slow),
        )


class Raises(Strategy):
    def signals(self):
        return Signals(enter_long=close > {}["nothing"])
'''


@pytest.fixture
def markets(command: Command, tmp_path: Path) -> Command:
    """Minutes of two symbols, and the files of a user."""
    for number, symbol in enumerate(("A/USD", "B/USD")):
        tf.catalog().write(generate_bars("1m", days=12, seed=number, symbol=symbol))
    (tmp_path / "perp.toml").write_text(PERPETUAL)
    (tmp_path / "my.py").write_text(STRATEGIES)
    (tmp_path / "fear.csv").write_text("time,value\n2023-12-31T00:00:00Z,40\n2024-01-05T00:00:00Z,80\n")
    return command


def backtest(command: Command, *words: object) -> dict[str, Any]:
    outcome = command("backtest", *words, "--json", "out.json")
    assert outcome.code == 0, outcome.err
    found: dict[str, Any] = json.loads(Path("out.json").read_text())
    return found


SYMBOLS = ("--symbol", "A/USD", "--symbol", "B/USD", "--timeframe", "5m")


def test_symbols_share_one_wallet_of_the_configured_account(markets: Command) -> None:
    found = backtest(
        markets, "donchian_breakout", *SYMBOLS, "--config", "perp.toml", "--set", "side=both", "--size", "1.2"
    )
    assert found["data"]["symbols"] == ["A/USD", "B/USD"]
    assert {trade["symbol"] for trade in found["trades"]} == {"A/USD", "B/USD"}
    assert found["settings"]["account"]["leverage"] == 3.0
    assert any(trade["funding"] != 0 for trade in found["trades"])
    closed = sum(trade["profit"] for trade in found["trades"])
    assert found["metrics"]["final_equity"] == pytest.approx(10_000 + closed, rel=1e-9)
    by_symbol = {row["symbol"]: row["profit"] for row in found["by"]["symbol"]}
    told = sum(trade["profit"] for trade in found["trades"] if trade["exit_reason"] != "open")
    assert sum(by_symbol.values()) == pytest.approx(told, rel=1e-9)


def test_two_runs_are_identical(markets: Command) -> None:
    words = ("donchian_breakout", *SYMBOLS, "--config", "perp.toml")
    assert backtest(markets, *words) == backtest(markets, *words)


def test_bars_that_are_not_kept_are_made_of_shorter_ones(markets: Command) -> None:
    outcome = markets("backtest", "ema_cross", "--symbol", "A/USD", "--timeframe", "5m")
    assert "5m bars of A/USD made from the 1m ones" in outcome.err
    assert outcome.code == 0


def test_finer_bars_other_symbols_and_series_are_read(markets: Command) -> None:
    words = ("my.py:FourHours", "--symbol", "A/USD", "--timeframe", "5m", "--series", "fear=fear.csv")
    plain = backtest(markets, *words)
    finer = backtest(markets, *words, "--detail", "1m")
    assert finer["settings"]["detail"] == "1m"
    assert plain["counts"]["ambiguous_exits"] == finer["counts"]["ambiguous_exits"] + finer["counts"]["resolved_exits"]
    minutes = {trade["exit_time"][14:16] for trade in finer["trades"]}
    assert any(int(minute) % 5 for minute in minutes)


def test_summary_says_how_many_exits_were_ambiguous(markets: Command) -> None:
    words = ("my.py:FourHours", "--symbol", "A/USD", "--timeframe", "1h", "--series", "fear=fear.csv")
    outcome = markets("backtest", *words, "--set", "stop_loss=0.002")
    assert "ambiguous inside the bar" in outcome.out and "--detail 1m" in outcome.out


def test_strategies_together_share_one_wallet(markets: Command) -> None:
    words = ("ema_cross", "rsi_reversion", "--symbol", "A/USD", "--timeframe", "5m", "--size", "0.4")
    apart = markets("backtest", *words, "--json", "table.json")
    assert apart.code == 0 and len(json.loads(Path("table.json").read_text())["results"]) == 2
    found = backtest(markets, *words, "--together")
    assert found["strategy"] == "ema_cross + rsi_reversion"
    assert {trade["strategy"] for trade in found["trades"]} == {"ema_cross", "rsi_reversion"}


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("[account]\nleverag = 3\n", ("leverag", "leverage", "bad.toml")),
        ("[acount]\nleverage = 3\n", ("acount", "account")),
        ("[account]\nleverage = 3\n", ("leverage is 3", "perpetual")),
        ("[account\n", ("no TOML",)),
        ('[account]\nmarket = "perpetual"\nfunding = "missing.csv"\n', ("missing.csv",)),
        ("account = 3\n", ("account is 3",)),
    ],
)
def test_config_that_makes_no_sense_is_one_line(markets: Command, config: str, told: tuple[str, ...]) -> None:
    Path("bad.toml").write_text(config)
    outcome = markets("backtest", "ema_cross", "--symbol", "A/USD", "--timeframe", "5m", "--config", "bad.toml")
    assert outcome.code == 2
    errors = [line for line in outcome.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 1 and "Traceback" not in outcome.err
    assert all(word in errors[0] for word in told), errors[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--symbol", "A/USD", "--symbol", "A/USD", "--timeframe", "5m"), "given 2 times"),
        (("--symbol", "A/USD", "--symbol", "C/USD", "--timeframe", "5m"), "C/USD"),
        (("--symbol", "A/USD", "--timeframe", "5m", "--detail", "5m"), "shorter timeframe"),
        (("--symbol", "A/USD", "--timeframe", "5m", "--series", "fear"), "--series fear_greed=fear.csv"),
        (("--symbol", "A/USD", "--timeframe", "5m", "--config", "none.toml"), "none.toml"),
        (("--symbol", "A/USD", "--timeframe", "5m", "--size", "2"), "an account with leverage"),
    ],
)
def test_words_that_make_no_sense_are_one_line(markets: Command, words: tuple[str, ...], told: str) -> None:
    outcome = markets("backtest", "ema_cross", *words)
    assert outcome.code == 2 and "Traceback" not in outcome.err
    assert told in outcome.err.splitlines()[-1]


def test_strategy_that_raises_is_named_with_its_line(markets: Command) -> None:
    outcome = markets("backtest", "my.py:Raises", "--symbol", "A/USD", "--timeframe", "5m")
    assert outcome.code == 2
    line = STRATEGIES.splitlines().index('        return Signals(enter_long=close > {}["nothing"])') + 1
    assert all(word in outcome.err for word in ("raises", "KeyError", f"my.py:{line}"))
