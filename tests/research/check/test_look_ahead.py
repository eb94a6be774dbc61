"""Look-ahead of columns is found: in which, by how many bars, since when; and only there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.research.check import leaks
from tests.research.check.leaks import HOURS, OfArrays, crossing, long_when

from tradefleet.graph import Node, close, timeframe
from tradefleet.graph.node import call
from tradefleet.indicators import ema
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, StrategyError
from tradefleet.research.check import CheckResult, Finding, run_check
from tradefleet.strategies import Signals, Strategy


def check(enter: Callable[[], Node], bars: Bars = HOURS) -> CheckResult:
    return run_check([long_when(enter)], {bars.symbol: bars})


def only_error(result: CheckResult) -> Finding:
    (found,) = result.errors
    assert found.kind == "look_ahead"
    return found


@pytest.mark.parametrize(
    ("enter", "column", "bars"),
    [
        (lambda: leaks.ahead(1) > close, "ahead_1(close)", 1),
        (lambda: crossing(leaks.centred(10)), "centred_10(close)", 10),
        (lambda: crossing(leaks.unfinished(4 * 3600)), "unfinished(time, close)", 3),
        (lambda: leaks.whole_sample() < -1, "z_score(close)", len(HOURS) - 1),
    ],
    ids=["negative shift", "centred window", "unfinished longer bar", "whole sample"],
)
def test_what_users_do_is_found(enter: Callable[[], Node], column: str, bars: int) -> None:
    found = only_error(check(enter))
    assert (found.column, found.bars_ahead, found.affects) == (column, bars, ("enter_long",))
    assert found.where.split(":")[0].endswith("leaks.py")
    assert found.cure and found.first_time is not None and found.first_time < HOURS.time[30]


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 40), st.booleans(), st.booleans())
def test_reach_is_exact(bars: int, is_window: bool, is_deep: bool) -> None:
    def enter() -> Node:
        node = leaks.centred(bars) if is_window else leaks.ahead(bars)
        return ema(node, 9) > ema(close, 4) if is_deep else node > close

    assert only_error(check(enter, leaks.hours(900))).bars_ahead == bars


def test_first_bar_is_the_first_that_knew() -> None:
    found = only_error(check(lambda: crossing(leaks.centred(10))))
    assert found.first_time == HOURS.time[10]
    assert found.value == pytest.approx(HOURS.close[:21].mean())
    assert isinstance(found.known, float) and np.isnan(found.known)
    assert found.as_dict()["known"] is None


def test_a_leak_that_is_rare_is_found() -> None:
    found = only_error(check(lambda: leaks.at_month_ends() > close))
    assert (found.column, found.bars_ahead) == ("at_month_ends(time, close)", 1)
    months = np.flatnonzero(np.diff(HOURS.time // (30 * 24 * 3600 * 10**9)))
    assert found.first_time == HOURS.time[months[0]]


def test_a_leak_on_longer_bars_is_found() -> None:
    longer = OfArrays("next_four_hours", lambda x: np.roll(x, -1))
    found = only_error(check(lambda: call(longer, (timeframe("4h").close,)).nodes[0] > close))
    # From the first of four bars the next four hours are over after seven more; the last close is at hand.
    assert found.column == "next_four_hours(timeframe('4h').close)"
    assert found.bars_ahead == 4


def test_the_source_is_named_and_what_it_reaches() -> None:
    class Two(Strategy):
        def signals(self) -> Signals:
            coming = ema(leaks.ahead(3), 5)
            return Signals(enter_long=coming > close, exit_long=ema(close, 5) > close, stop_loss=coming / close / 50)

    result = run_check([Two()], {HOURS.symbol: HOURS})
    found = only_error(result)
    assert found.column == "ahead_3(close)"
    assert set(found.affects) == {"enter_long", "stop_loss"}
    text = str(result)
    assert "ahead_3(close)" in text and "enter_long, stop_loss" in text


def test_absolute_position_is_not_mistaken_and_length_is_found() -> None:
    positions = OfArrays("position", lambda x: np.arange(len(x), dtype=float))
    from_the_end = OfArrays("left", lambda x: np.arange(len(x), 0, -1, dtype=float))
    assert not _look_aheads(check(lambda: call(positions, (close,)).nodes[0] > 5))
    assert _look_aheads(check(lambda: call(from_the_end, (close,)).nodes[0] > 5))


def _look_aheads(result: CheckResult) -> list[Finding]:
    return [found for found in result.findings if found.kind == "look_ahead"]


def test_rounding_that_depends_on_the_future_is_a_warning() -> None:
    scaled = OfArrays("scaled", lambda x: x * (1.0 + 1e-13 * (len(x) % 7)))
    found = _look_aheads(check(lambda: call(scaled, (close,)).nodes[0] > 5))
    assert [each.severity for each in found] == ["warning"]


def test_error_says_column_place_and_cure() -> None:
    result = check(lambda: leaks.ahead(1) > close)
    with pytest.raises(StrategyError, match=r"Planted on GEN/USD: ahead_1\(close\) looks 1 bar ahead") as raised:
        result.raise_errors()
    assert "leaks.py" in raised.value.where and "shift(k)" in raised.value.cure


def test_too_few_bars_are_an_error() -> None:
    with pytest.raises(DataError, match="30 bars, but planted needs 220"):
        check(lambda: ema(close, 201) > close, leaks.hours(30))


def test_bars_that_settling_would_take_are_bounded() -> None:
    strategy = long_when(lambda: ema(timeframe("1d").close, 50) > close)
    with pytest.raises(DataError, match="let more bars be used"):
        run_check([strategy], {HOURS.symbol: HOURS}, most=100)


def test_what_the_strategys_code_raises_names_its_line() -> None:
    def fails(x: object) -> object:
        raise IndexError("out of bounds")

    with pytest.raises(StrategyError, match="raised IndexError: out of bounds") as raised:
        check(lambda: call(OfArrays("fails", fails), (close,)).nodes[0] > 1)
    assert "test_look_ahead.py" in raised.value.where


def test_code_that_takes_these_very_bars_only_is_tried_with_another_future() -> None:
    def of_all_bars(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> object:
        if len(x) != len(HOURS):
            raise ValueError("not the bars I know")
        return np.roll(x, -1)

    result = check(lambda: call(OfArrays("of_all_bars", of_all_bars), (close,)).nodes[0] > close)
    found = only_error(result)
    assert (found.column, found.bars_ahead) == ("of_all_bars(close)", None)
    assert "could not be tried: the expressions of Planted raised ValueError" in str(result)


def test_a_leak_behind_rounding_is_found_where_it_begins() -> None:
    def mostly_rounding(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> object:
        out = x * (1.0 + 1e-13 * (len(x) % 7))
        out[500:-2:7] = x[502::7][: len(out[500:-2:7])]
        return out

    found = only_error(check(lambda: call(OfArrays("mixed", mostly_rounding), (close,)).nodes[0] > 5))
    assert (found.bars_ahead, found.severity) == (2, "error")
    assert found.first_time is not None and found.first_time >= HOURS.time[500]
