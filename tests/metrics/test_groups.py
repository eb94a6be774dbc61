"""Trades by group: the same bits as a plain loop, and sums that are the whole."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.metrics.plain_groups import plain_groups

from tradefleet.market.time import DAY
from tradefleet.metrics import Performance, measure
from tradefleet.metrics.groups import WEEKDAYS, day_of, grouped, hour_of, month_of, weekday_of

money = st.floats(-1e6, 1e6).map(lambda value: round(value, 2))
keys = st.one_of(st.integers(0, 5), st.integers(-(2**62), 2**62))


def as_rows(table: dict[str, np.ndarray]) -> dict[int, dict[str, float]]:
    names = [name for name in table if name != "key"]
    return {key: {name: table[name][row].item() for name in names} for row, key in enumerate(table["key"].tolist())}


def same(found: dict[int, dict[str, float]], expected: dict[int, dict[str, float]]) -> bool:
    # NaN equals NaN here; -0.0 equals 0.0.
    return list(found) == list(expected) and all(
        found[key][name] == value or (math.isnan(value) and math.isnan(found[key][name]))
        for key, figures in expected.items()
        for name, value in figures.items()
    )


@given(st.lists(st.tuples(keys, money), max_size=40))
def test_groups_equal_a_plain_loop_to_the_bit(trades: list[tuple[int, float]]) -> None:
    run = Performance.from_days(100, [110], [profit for _, profit in trades])
    found = as_rows(grouped(np.array([key for key, _ in trades], dtype=np.int64), run))
    assert same(found, plain_groups([key for key, _ in trades], run))


@pytest.mark.parametrize("key_of", [hour_of, weekday_of, day_of, month_of])
def test_groups_of_many_trades_equal_a_plain_loop_to_the_bit(
    key_of: Callable[[np.ndarray], np.ndarray], big_run: Performance
) -> None:
    of_trades = key_of(big_run.entry_time)
    table = grouped(of_trades, big_run)
    assert same(as_rows(table), plain_groups(of_trades.tolist(), big_run))
    assert set(as_rows(table)[table["key"][0]]) == set(plain_groups(of_trades.tolist(), big_run)[table["key"][0]])


def test_one_group_of_all_has_the_measures_of_the_run(big_run: Performance) -> None:
    table = grouped(np.zeros(len(big_run.profit), dtype=np.int64), big_run)
    figures = measure(big_run)
    for name in ("trades", "win_rate", "profit_factor", "expectancy", "fees", "average_duration_hours"):
        assert table[name][0] == pytest.approx(figures[name], rel=1e-12), name
    assert table["average"][0] == pytest.approx(figures["average_trade"], rel=1e-9)
    assert (table["best"][0], table["worst"][0]) == (figures["best_trade"], figures["worst_trade"])
    assert abs(table["share"][0]) == 1.0


def test_groups_add_up_to_the_whole_and_a_share_has_the_sign_of_its_profit(big_run: Performance) -> None:
    table = grouped(hour_of(big_run.entry_time), big_run)
    assert table["trades"].sum() == len(big_run.profit)
    assert table["profit"].sum() == pytest.approx(big_run.profit.sum())
    assert table["fees"].sum() == pytest.approx(big_run.fees.sum())
    assert (np.sign(table["share"]) == np.sign(table["profit"])).all()
    assert table["share"].sum() == pytest.approx(np.sign(big_run.profit.sum()))


def test_no_trades_have_no_groups() -> None:
    table = grouped(np.empty(0, dtype=np.int64), Performance.from_days(100, [110]))
    assert {len(column) for column in table.values()} == {0}


def test_profit_that_cancels_out_has_no_shares() -> None:
    table = grouped(np.array([1, 2]), Performance.from_days(100, [110], [5.0, -5.0]))
    assert np.isnan(table["share"]).all()
    assert table["profit_factor"].tolist() == [math.inf, 0.0]


@given(st.lists(st.integers(0, 60_000 * DAY), min_size=1, max_size=20))
def test_parts_of_time_agree_with_pandas(times: list[int]) -> None:
    stamps = pd.to_datetime(times)
    array = np.array(times, dtype=np.int64)
    assert hour_of(array).tolist() == stamps.hour.tolist()
    assert [WEEKDAYS[key] for key in weekday_of(array).tolist()] == stamps.day_name().tolist()
    assert month_of(array).tolist() == [(stamp.year - 1970) * 12 + stamp.month - 1 for stamp in stamps]
    assert day_of(array).tolist() == [(stamp.normalize() - pd.Timestamp(0)).days for stamp in stamps]
