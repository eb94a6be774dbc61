"""The command analyze."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from tradefleet.cli import main
from tradefleet.strategies.builtin.score_file import read_score

GRID = ("--grid", "entry=26:38:6", "--grid", "stop_loss=0.01,0.02", "--grid", "reward_risk=1,2")
SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h", "--min-trades", "1")


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    """The command, whether or not the command line names it yet."""
    if not any(name == "analyze" for _, name, *_ in main.COMMANDS):
        main.app.command("tradefleet.cli.analyze:analyze", name="analyze")
    yield


def test_what_is_found_is_shown_and_written(filled: Command, tmp_path: Path) -> None:
    words = (*SERIES, "--timeframe", "4h", *GRID, "--all", "--out", "w.toml", "--json", "a.json")
    outcome = filled("analyze", *words)
    assert outcome.code == 0, outcome.err
    assert "rsi_reversion: 24 trials on 1 symbols, best sharpe of the first 70% of the bars" in outcome.out
    assert "w.toml: written for GEN/USD" in outcome.out
    assert "4h bars of GEN/USD made from the 1h ones" in outcome.err
    found = json.loads((tmp_path / "a.json").read_text())
    assert [row["timeframe"] for row in found["rows"]] == ["1h", "4h"]
    best = found["best"]["GEN/USD"]
    written = tomllib.loads((tmp_path / "w.toml").read_text())["GEN/USD"]["analysis"]
    assert (written["timeframe"], written["parameters"]) == (best["timeframe"], best["parameters"])
    assert written["trials"] == 24 and written["made"].endswith("Z") and written["strategy"] == "rsi_reversion"
    params = read_score(tmp_path / "w.toml", "GEN/USD").params
    assert params == {name: best["parameters"][name] for name in ("stop_loss", "reward_risk")}


def test_the_file_trades_with_what_was_found(filled: Command, tmp_path: Path) -> None:
    assert filled("analyze", *SERIES, *GRID, "--all", "--out", "w.toml").code == 0
    params = read_score(tmp_path / "w.toml", "GEN/USD").params
    series = ("--symbol", "GEN/USD", "--timeframe", "1h")
    sets = [word for name, value in params.items() for word in ("--set", f"{name}={value}")]
    outcome = filled("backtest", "weighted_score", *series, "--set", "weights=w.toml", "--json", "by_file.json")
    assert outcome.code == 0, outcome.err
    filled("backtest", "weighted_score", *series, *sets, "--json", "by_hand.json")
    by_file, by_hand = (json.loads((tmp_path / f"by_{each}.json").read_text()) for each in ("file", "hand"))
    assert by_file["trades"] == by_hand["trades"] and by_file["trades"]
    assert {trade["exit_reason"] for trade in by_file["trades"]} & {"stop_loss", "take_profit"}


def test_what_is_not_confirmed_is_not_written(filled: Command, tmp_path: Path) -> None:
    # A fee that nothing earns.
    outcome = filled("analyze", *SERIES, *GRID, "--fee", "0.05", "--out", "w.toml")
    assert outcome.code == 0, outcome.err
    assert "no confirmation: GEN/USD" in outcome.out and "not written" in outcome.out
    assert not (tmp_path / "w.toml").exists()


def test_a_symbol_without_bars_is_named_and_the_others_go_on(filled: Command) -> None:
    outcome = filled("analyze", *SERIES, "--symbol", "NONE/USD", *GRID, "--json", "-")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert list(found["errors"]) == ["NONE/USD 1h"] and found["rows"][0]["error"] is None


def test_without_any_success_it_fails(filled: Command) -> None:
    outcome = filled("analyze", "--symbol", "NONE/USD", "--timeframe", "1h", *GRID)
    assert outcome.code == 2
    assert "error: nothing could be analyzed: NONE/USD 1h: " in outcome.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "gone/w.toml"), "there is no folder gone"),
        (("--grid", "entry=30"), "entry twice"),
        (("--set", "period=7", "--grid", "period=5:9:1"), "period is given by --grid and by --set"),
        (("--confirm", "2"), "confirm is 2"),
        (("--objective", "sharp"), "did you mean 'sharpe'"),
        (("--where", "entri < 5"), "did you mean 'entry'"),
    ],
)
def test_what_does_not_fit_is_said_in_a_line(filled: Command, words: tuple[str, ...], message: str) -> None:
    outcome = filled("analyze", *SERIES, *GRID, *words)
    assert outcome.code == 2 and message in outcome.err and outcome.err.count("\n") == 1


def test_other_strategies_options_and_constraints_reach_it(filled: Command) -> None:
    words = ("--grid", "fast=5:15:5", "--grid", "slow=10:30:10", "--where", "fast < slow", "--top", "2")
    outcome = filled("analyze", "ema_cross", *SERIES, *words, "--set", "stop_loss=0.05", "--luck", "--json", "-")
    found = json.loads(outcome.out)
    assert found["trials"] == 7 and found["fixed"] == {"stop_loss": 0.05}
    assert [row["rank"] for row in found["rows"]] == [1, 2]
    assert found["luck"]["GEN/USD 1h"]["trials"] == 7
