"""Where windows lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import DAY, HOUR
from tradefleet.market.timeframe import Timeframe
from tradefleet.research.walk_forward import Layout, Length, Window, windows_of
from tradefleet.research.walk_forward.windows import times_of

H1 = Timeframe.parse("1h")
HOURS = np.arange(40 * 24, dtype=np.int64) * HOUR


@st.composite
def some_times(draw: st.DrawFn) -> np.ndarray:
    """Hours of some days, some of them absent."""
    kept = draw(st.lists(st.booleans(), min_size=40, max_size=200))
    kept[0] = kept[-1] = True
    return np.flatnonzero(kept).astype(np.int64) * HOUR + 3 * HOUR


lengths = st.one_of(
    st.integers(1, 60).map(lambda hours: f"{hours}h"), st.integers(1, 40).map(lambda bars: f"{bars} bars")
)
gaps = st.one_of(st.just("0"), lengths)


def bars_in(times: np.ndarray, since: int, until: int) -> list[int]:
    return times[(times >= since) & (times < until)].tolist()


@settings(max_examples=60)
@given(some_times(), lengths, lengths, gaps, st.booleans())
def test_tests_cover_the_data_after_the_first_training_once_each(
    times: np.ndarray, train: str, test: str, gap: str, anchored: bool
) -> None:
    try:
        windows = windows_of(times, H1, Layout.parse(train, test, gap=gap, anchored=anchored))
    except ParameterError as error:
        assert "longer than the data" in str(error)
        return
    tested = [time for window in windows for time in bars_in(times, window.test_since, window.test_until)]
    assert tested == times[times >= windows[0].test_since].tolist()
    for window in windows:
        assert window.train_bars == len(bars_in(times, window.train_since, window.train_until))
        assert window.test_bars == len(bars_in(times, window.test_since, window.test_until))
        assert window.train_since <= window.train_until <= window.test_since < window.test_until
        assert window.train_since == times[0] or not anchored
    assert windows[0].train_since == times[0]
    assert [window.number for window in windows] == list(range(1, len(windows) + 1))


@settings(max_examples=60)
@given(some_times(), st.integers(1, 30), st.integers(1, 30), st.integers(0, 10))
def test_lengths_in_bars_count_the_bars_there_are(times: np.ndarray, train: int, test: int, gap: int) -> None:
    try:
        windows = windows_of(times, H1, Layout.parse(train, test, gap=gap))
    except ParameterError:
        return
    for window in windows:
        assert window.train_bars == train
        assert len(bars_in(times, window.train_until, window.test_since)) == gap
    assert {window.test_bars for window in windows[:-1]} <= {test}


def test_windows_roll_by_the_length_of_the_test() -> None:
    first, second, third = windows_of(HOURS, H1, Layout.parse("20d", "7d", gap="1d"))
    assert (first.train_since, first.train_until) == (0, 20 * DAY)
    assert (first.test_since, first.test_until) == (21 * DAY, 28 * DAY)
    assert (second.train_since, second.train_until, second.test_since) == (7 * DAY, 27 * DAY, 28 * DAY)
    # The last test is as long as the data.
    assert (third.test_since, third.test_until, third.test_bars) == (35 * DAY, 40 * DAY, 120)


def test_anchored_windows_all_train_from_the_first_bar() -> None:
    windows = windows_of(HOURS, H1, Layout.parse("20d", "5d", anchored=True))
    assert [window.train_since for window in windows] == [0] * 4
    assert [window.train_bars for window in windows] == [480, 600, 720, 840]


def test_a_longer_step_leaves_bars_out_between_tests() -> None:
    windows = windows_of(HOURS, H1, Layout.parse("10d", "5d", step="10d"))
    assert [(w.test_since // DAY, w.test_until // DAY) for w in windows] == [(10, 15), (20, 25), (30, 35)]


def test_tests_that_would_overlap_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"step is 2d, shorter than the test of 5d.*give a step of 5d or more"):
        windows_of(HOURS, H1, Layout.parse("10d", "5d", step="2d"))


@pytest.mark.parametrize(("train", "test"), [("41d", "1d"), ("1d", "41d"), ("36d", "5d"), ("900 bars", "61 bars")])
def test_a_window_longer_than_the_data_names_the_cure(train: str, test: str) -> None:
    with pytest.raises(
        ParameterError, match=r"longer than the data: 960 1h bars, 40 days, .*give shorter windows"
    ) as e:
        windows_of(HOURS, H1, Layout.parse(train, test))
    assert "\n" not in str(e.value)


def test_a_window_as_long_as_the_data_is_one_window() -> None:
    (window,) = windows_of(HOURS, H1, Layout.parse("35d", "5d"))
    assert (window.train_bars, window.test_bars) == (840, 120)


@pytest.mark.parametrize(("train", "test", "reason"), [
    (9, 50, "the training has 9 bars, fewer than 10"), (50, 9, "the test has 9 bars, fewer than 10"), (10, 10, ""),
])  # fmt: skip
def test_a_window_of_fewer_than_ten_bars_says_so(train: int, test: int, reason: str) -> None:
    assert Window(1, 0, 1, 1, 2, train, test).too_short == reason


@pytest.mark.parametrize("text", ["", "252", "3M", "-5d", "1.5d", "d", "21 days", "0x5d"])
def test_lengths_that_say_nothing_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=r"train is .*write it as 252d"):
        Length.parse(text, "train")


def test_lengths_are_read_as_they_are_written() -> None:
    assert Length.parse("2w") == Length.parse("14d") == Length.parse("336h") == Length(14 * DAY)
    assert Length.parse("2000b") == Length.parse(2000) == Length.parse("2000 bars") == Length(bars=2000)
    written = ("252d", "36h", "90m", "45s", "2000 bars", "0")
    assert tuple(str(Length.parse(text)) for text in written) == written
    assert not Length.parse("0") and not Length.parse(0)


@pytest.mark.parametrize(("options", "message"), [
    ({"train": 0, "test": "1d"}, "train is 0"), ({"train": "1d", "test": "0d"}, "test is 0"),
    ({"train": "1d", "test": "1d", "step": 0}, "step is 0"),
])  # fmt: skip
def test_a_layout_without_length_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Layout.parse(**options)


def test_times_are_cut_to_the_range_asked_for() -> None:
    assert times_of(HOURS, H1, 2 * HOUR, 5 * HOUR).tolist() == [2 * HOUR, 3 * HOUR, 4 * HOUR]
    with pytest.raises(DataError, match="no 1h bar opens from 2020-01-01 to the end"):
        times_of(HOURS, H1, "2020-01-01")
