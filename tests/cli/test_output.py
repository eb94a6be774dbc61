"""Where output goes: files, links, pipes, standard output, and terminals of few letters."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from tradefleet.cli.main import run
from tradefleet.market.errors import ParameterError
from tradefleet.market.files import write_file

SERIES = ("--symbol", "GEN/USD", "--timeframe", "1h")


def test_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_file(pipe, b"x" * 200_000)
    reader.join(10)
    assert read == [b"x" * 200_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_target_of_a_link_is_replaced(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    for content in (b"one", b"two"):
        write_file(link, content)
        assert link.is_symlink()
        assert target.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]


def test_open_descriptor_is_written_into(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        write_file(Path(f"/dev/fd/{file.fileno()}"), b"text")
        assert os.fstat(file.fileno()).st_size == 4


@pytest.mark.parametrize("name", ["", "no/file", "file/inside"])
def test_what_cannot_be_written_names_the_cure(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ParameterError, match="name a file in a folder that exists"):
        write_file(tmp_path / name, b"")


def test_full_disk_asks_for_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ParameterError, match="No space left on device; free some space"):
        write_file(tmp_path / "file", b"text")


def test_trades_to_standard_output_are_all_there_is(filled: Command) -> None:
    outcome = filled("backtest", "ema_cross", *SERIES, "--trades", "-")
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0].startswith("strategy,")
    assert all(line.startswith("ema_cross,") for line in lines[1:])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--trades", "-", "--json", "-"), "both go to standard output"),
        (("--set", "fast=9", "--set", "fast=10"), "--set gives fast twice: 9 and 10; give it once"),
        (("--set", "size=0.5", "--size", "0.6"), "size is given by --size and by --set; give it once"),
        (("--fee",), "; see tradefleet backtest --help"),
    ],
)
def test_what_cannot_both_be_meant(filled: Command, words: tuple[str, ...], says: str) -> None:
    outcome = filled("backtest", "ema_cross", *SERIES, *words)
    assert outcome.code == 2
    assert says in outcome.err


def test_full_standard_output_is_one_line(tmp_path: Path) -> None:
    # Opened for us by the shell, as a user does; it is only ever written into.
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "tradefleet", "data", "list"],
            env={**os.environ, "TRADEFLEET_HOME": str(tmp_path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr == "error: cannot write: No space left on device; free some space\n"


def test_terminal_of_few_letters_shows_question_marks(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tradefleet", "backtest", "日本"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "TRADEFLEET_HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr


def test_interrupt_is_one_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(path: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tradefleet.cli.main.load_dotenv", interrupted)
    assert run(["strategies"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_new_strategy_says_what_it_wrote(command: Command) -> None:
    assert json.loads(command("new", "strategy", "my_cross", "--json", "-").out) == {
        "path": "my_cross.py",
        "class": "MyCross",
    }


@pytest.mark.parametrize("words", [(), ("data",), ("new",)])
def test_group_help_has_an_example(command: Command, words: tuple[str, ...]) -> None:
    assert "Example: tradefleet" in command(*words, "--help").out


def test_indicators_fit_a_wide_terminal(command: Command) -> None:
    assert max(map(len, command("indicators").out.splitlines())) <= 120


def test_named_indicators_are_described_in_full(command: Command) -> None:
    text = command("indicators", "ema", "macd").out
    assert text.startswith("ema(period=")
    assert "Outputs: macd, signal, histogram" in text
    outcome = command("indicators", "emaa")
    assert (outcome.code, outcome.err) == (2, "error: there is no indicator 'emaa'; did you mean 'ema'?\n")
