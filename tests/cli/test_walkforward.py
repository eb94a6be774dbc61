"""Walking forward by the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from tradefleet.cli import main
from tradefleet.metrics import MEASURES

SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")
WINDOWS = ("--train", "15d", "--test", "5d")
GRID = ("--grid", "fast=5:15:5", "--grid", "slow=20:40:10", "--where", "fast < slow")
VAST = (
    *("--grid", "fast=2:1000:1", "--grid", "slow=2:1000:1"),
    *("--grid", "stop_loss=0.001:1:0.001", "--grid", "take_profit=0.001:1:0.001"),
)


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    """The command, whether or not the command line names it yet."""
    if not any(name == "walkforward" for _, name, *_ in main.COMMANDS):
        main.app.command("tradefleet.cli.walkforward:walkforward", name="walkforward")
    yield


def test_a_walk_is_shown_and_written(filled: Command, tmp_path: Path) -> None:
    outcome = filled("walkforward", "ema_cross", *SERIES, *WINDOWS, *GRID, "--json", "w.json", "--report", "w.html")
    assert outcome.code == 0, outcome.err
    assert "walk forward, rolling: train 15d, test 5d; best sharpe of 45 trials in 5 windows" in outcome.out
    found = json.loads((tmp_path / "w.json").read_text())
    assert [window["window"] for window in found["windows"]] == [1, 2, 3, 4, 5]
    assert set(found["windows"][0]["parameters"]) == {"fast", "slow"}
    assert set(found["windows"][0]["test"]) == set(MEASURES)
    assert found["trials"] == 9 * 5
    assert (tmp_path / "w.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_json_alone_goes_to_standard_output(filled: Command) -> None:
    outcome = filled("walkforward", "ema_cross", *SERIES, *WINDOWS, *GRID, "--anchored", "--gap", "1d", "--json", "-")
    found = json.loads(outcome.out)
    assert found["settings"]["anchored"] is True
    assert found["settings"]["gap"] == "1d"
    assert {window["train_since"] for window in found["windows"]} == {"2024-01-01T00:00:00Z"}


def test_the_other_options_reach_the_walk(filled: Command) -> None:
    words = (
        "--set",
        "stop_loss=0.05",
        "--objective",
        "max_drawdown",
        "--min-trades",
        "2",
        "--fee",
        "0",
        "--cash",
        "500",
    )
    found = json.loads(filled("walkforward", "ema_cross", *SERIES, *WINDOWS, *GRID, *words, "--json", "-").out)
    assert (found["objective"], found["parameters"]["stop_loss"]) == ("max_drawdown", 0.05)
    assert (found["settings"]["cash"], found["settings"]["fee"], found["settings"]["min_trades"]) == (500, 0, 2)


def test_a_sampler_draws_instead_of_trying_all(filled: Command) -> None:
    words = ("--trials", "3", "--sampler", "random", "--seed", "1")
    found = json.loads(filled("walkforward", "ema_cross", *SERIES, *WINDOWS, *GRID, *words, "--json", "-").out)
    assert found["trials"] == 3 * 5


@pytest.mark.parametrize(("words", "message"), [
    (("--train", "90d", "--test", "5d", *GRID), "train 90d + test 5d is longer than the data: 960 1h bars, 40 days"),
    (("--train", "15d", "--test", "5x", *GRID), "test is '5x'; write it as 252d, 6w, 36h or 2000 bars"),
    ((*WINDOWS, "--grid", "fats=5:15:5"), "ema_cross has no parameter 'fats'; did you mean 'fast'?"),
    ((*WINDOWS, "--grid", "fast=15:5:5"), "empty"),
    ((*WINDOWS, *GRID, "--objective", "sharp"), "there is no measure 'sharp'; did you mean 'sharpe'?"),
    ((*WINDOWS, *GRID, "--step", "1d"), "step is 1d, shorter than the test of 5d"),
    ((*WINDOWS, *VAST), "the grid has 998,001,000,000 combinations, too many for every window; take coarser"),
    ((*WINDOWS,), "grid"),
])  # fmt: skip
def test_what_a_user_gets_wrong_is_one_line_with_the_cure(
    filled: Command, words: tuple[str, ...], message: str
) -> None:
    outcome = filled("walkforward", "ema_cross", *SERIES, *words)
    assert outcome.code == 2
    assert outcome.err.startswith("error: ")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert ";" in outcome.err


def test_ctrl_c_writes_what_is_done_and_says_that_it_is_not_all(
    filled: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tradefleet.research.walk_forward import choice  # noqa: PLC0415 - the command loads it late

    searched = choice.GridSearch.__call__

    def stopping(self: choice.GridSearch, *arguments: object) -> choice.Choice:
        if arguments[-1] == 3:
            raise KeyboardInterrupt
        return searched(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(choice.GridSearch, "__call__", stopping)
    try:
        code = filled("walkforward", "ema_cross", *SERIES, *WINDOWS, *GRID, "--json", "w.json").code
    except SystemExit as left:
        code = left.code  # type: ignore[assignment]
    assert code == 130
    found = json.loads((tmp_path / "w.json").read_text())
    assert len(found["windows"]) == 2
    assert "interrupted: 2 of 5 windows are done" in found["warnings"]
