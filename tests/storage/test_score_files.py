"""Files of a weighted score, written: what stays, what changes, and that nobody sees half of one."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import CatalogError, ParameterError
from tradefleet.research.analyze.entry import Entry
from tradefleet.storage.score_files import check_scores, write_scores
from tradefleet.storage.score_text import with_tables
from tradefleet.strategies import WeightedScore
from tradefleet.strategies.builtin.score_file import USUAL, read_score

SCRIPT = Path(__file__).with_name("score_crashing.py")
KILLED = 137

MINE = """\
# Weights of mine.
[default]
threshold = 2 # of three
weights = { above_sma_50 = 1.0, rsi_above_50 = 2.0 }
params = { size = 0.5 }

# The quiet one.
["ETH/USDT"]
params = { take_profit = 0.05, max_bars = 7 } # seldom hit

["BTC/USDT"]
threshold = 1
"""


def entry(timeframe: str = "15m", **params: Any) -> Entry:
    return Entry(params or {"stop_loss": 0.02, "reward_risk": 2.5}, {}, {"timeframe": timeframe, "trials": 810})


@pytest.mark.parametrize("name", ["scores.toml", "scores.json"])
def test_a_new_file_has_the_usual_weights_and_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_scores(path, {"BTC/USDT": entry()})
    score = read_score(path, "BTC/USDT")
    assert score == (USUAL.weights, 6.0, 3.0, {"stop_loss": 0.02, "reward_risk": 2.5})
    assert read_score(path, "OTHER/USDT") == USUAL
    strategy = WeightedScore(weights=str(path)).for_symbol("BTC/USDT")
    assert (strategy.stop_loss, strategy.reward_risk) == (0.02, 2.5)


def test_comments_and_entries_of_other_symbols_stay(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    path.write_text(MINE)
    write_scores(path, {"BTC/USDT": entry(), "NEW/USDT": entry()})
    after = path.read_text()
    assert after.startswith(MINE.partition('["BTC')[0])
    assert tomllib.loads(after)["BTC/USDT"]["threshold"] == 1
    assert tomllib.loads(after)["NEW/USDT"]["analysis"] == {"timeframe": "15m", "trials": 810}
    again = path.read_text()
    write_scores(path, {"BTC/USDT": entry(), "NEW/USDT": entry()})
    assert path.read_text() == again


def test_values_of_other_symbols_stay_as_they_are_written_in_json(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    path.write_text('{"default":{"threshold":1.50,"weights":{"macd_rising":2e0}},"ETH":{"threshold":1.0000000001e0}}')
    write_scores(path, {"BTC": entry()})
    assert "1.50" in path.read_text() and "2e0" in path.read_text() and "1.0000000001e0" in path.read_text()
    assert list(json.loads(path.read_text())) == ["default", "ETH", "BTC"]


def test_a_symbol_keeps_its_other_params_and_gets_the_target_that_was_found(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    path.write_text(MINE)
    write_scores(path, {"ETH/USDT": entry(), "BTC/USDT": entry(stop_loss=0.01)})
    assert read_score(path, "ETH/USDT").params == {"max_bars": 7, "stop_loss": 0.02, "reward_risk": 2.5}
    # It had none: those of the default held, and still do.
    assert read_score(path, "BTC/USDT").params == {"size": read_score(path, "X").params["size"], "stop_loss": 0.01}


def test_a_target_of_zero_is_no_second_target(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    write_scores(path, {"X": entry(take_profit=0.0, reward_risk=2.0)})
    assert read_score(path, "X").params == {"reward_risk": 2.0}


def test_a_threshold_that_was_found_is_the_entrys_own(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    path.write_text(MINE)
    write_scores(path, {"ETH/USDT": Entry({}, {"threshold": 3.0}, {})})
    assert read_score(path, "ETH/USDT").threshold == 3.0


def test_without_a_default_a_symbol_gets_weights_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    path.write_text("[ETH]\nthreshold = 1\nweights = { macd_rising = 1 }\n")
    write_scores(path, {"BTC": entry()})
    assert read_score(path, "BTC").weights == USUAL.weights
    assert "default" not in tomllib.loads(path.read_text())


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    before = "[default]\nthreshold = 9\nweights = { macd_rising = 1 }\n"
    path.write_text(before)
    with pytest.raises(ParameterError, match=r"the weights add up to 1.*BTC"):
        write_scores(path, {"BTC": entry()})
    assert path.read_text() == before


@pytest.mark.parametrize("inline", ['"A" = { threshold = 1 }\n', 'A.threshold = 1\n[B]\nx = """\n[A]\n"""\n'])
def test_where_an_entry_cannot_be_cut_out_every_value_stays(inline: str) -> None:
    text = f"{inline}[C]\ny = [\n  [1],\n]\nwhen = 2020-01-01\n"
    wanted = {**tomllib.loads(text), "A": {"threshold": 2, "params": {"size": 0.5}}}
    assert tomllib.loads(with_tables(text, {"A": wanted["A"]})) == wanted


def test_tables_of_several_sections_become_one() -> None:
    text = "[A]\nx = 1\n[A.weights]\ny = 2\n[B]\nz = 3\n[A.params]\nsize = 1\n"
    assert with_tables(text, {"A": {"x": 5}}) == "[A]\nx = 5\n\n[B]\nz = 3\n"


_KEYS = st.text(max_size=6)
_LEAVES = st.one_of(
    st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.booleans(), st.dates(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)  # fmt: skip
_VALUES = st.recursive(_LEAVES, lambda some: st.lists(some, max_size=3) | st.dictionaries(_KEYS, some, max_size=3))
_TABLES = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6), st.dictionaries(_KEYS, _VALUES, max_size=3),
    max_size=4,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(_TABLES, _TABLES)
def test_any_tables_can_be_put_and_put_over(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = with_tables("", old)
    assert tomllib.loads(text) == old
    assert tomllib.loads(with_tables(text, new)) == {**old, **new}


@pytest.mark.parametrize("name", ["scores.toml", "scores.json"])
def test_writers_at_the_same_time_lose_nothing_and_readers_see_whole_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_scores(path, {"FIRST": entry()})

    def write(number: int) -> None:
        write_scores(path, {f"S{number}": entry()})

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, number) for number in range(16)]
        while not all(writer.done() for writer in writers):
            assert read_score(path, "FIRST").params["stop_loss"] == 0.02
        for writer in writers:
            writer.result()
    assert all(read_score(path, f"S{number}").params for number in range(16))


def test_killed_at_any_touch_of_the_disk_the_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    path.write_text(MINE)
    outcome = subprocess.run([sys.executable, str(SCRIPT), str(path)], text=True, capture_output=True, check=True)
    codes = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [code for code, _ in codes] == [KILLED] * (len(codes) - 1) + [0]
    contents = [content for _, content in codes]
    assert set(contents) == {MINE, contents[-1]} and len(codes) > 4
    assert contents == sorted(contents, key=lambda content: content != MINE)
    # The writer that came to its end has swept up.
    assert {each.name for each in tmp_path.iterdir()} <= {"scores.toml", ".scores.toml.lock"}


def test_a_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "scores.toml"
    link.symlink_to(tmp_path / "folder" / "real.toml")
    write_scores(link, {"X": entry()})
    assert link.is_symlink() and read_score(tmp_path / "folder" / "real.toml", "X").params


def test_a_file_that_is_being_written_is_waited_for_in_vain(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    with FileLock(tmp_path / ".scores.toml.lock"), pytest.raises(CatalogError, match="another process"):
        write_scores(path, {"X": entry()}, wait=0.05)


def test_nothing_found_touches_nothing(tmp_path: Path) -> None:
    write_scores(tmp_path / "scores.toml", {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone/scores.toml", None, "there is no folder"),
        ("scores.toml", "[a", "it is not TOML"),
        ("scores.json", "{", "it is not JSON"),
        ("", None, "is no file"),
    ],
)
def test_a_file_that_will_not_do_is_an_error_at_once(
    tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(ParameterError, match=words):
        check_scores(tmp_path / name)


def test_an_analysis_that_is_no_table_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "scores.toml"
    path.write_text(f"{MINE}analysis = 5\n")
    with pytest.raises(ParameterError, match=r"analysis is 5.*BTC/USDT"):
        read_score(path, "BTC/USDT")
