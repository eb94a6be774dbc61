"""What other timeframes, symbols and series show at a strategy's bars, against plain loops and polars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.markets import COLUMNS, FEAR, OTHER, OTHER_HOUR, Market, market, markets, some, streamed, with_columns

from tradefleet.graph import (
    BASE,
    Binder,
    Clock,
    Node,
    Operation,
    Plan,
    Symbolic,
    bars,
    close,
    constant,
    crossed_above,
    high,
    rolling_max,
    rolling_mean,
    series,
    shift,
    symbol,
    time,
    timeframe,
    where,
)
from tradefleet.graph.longer import LongerBar, longer_bars
from tradefleet.graph.node import Column, Run, Stepper, call
from tradefleet.graph.plan import columns_of
from tradefleet.indicators import atr, ema, macd, previous_session, session_vwap
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, InternalError, ParameterError, UserError
from tradefleet.market.generate import generate_bars
from tradefleet.market.resample import resample
from tradefleet.market.series import Series
from tradefleet.market.time import DAY, HOUR, MINUTE, parse_time
from tradefleet.market.timeframe import Timeframe

RELAXED = settings(max_examples=80, deadline=None, derandomize=True)
LENGTHS = st.sampled_from(["15m", "30m", "1h", "4h", "1d", "1w"])


def periods_of(given_: Bars, length: str, offset: int = 0) -> list[dict[str, float]]:
    """Longer bars by a plain loop, each with the time from which on it is known."""
    step = Timeframe.parse(length).nanoseconds
    monday = 4 * DAY if step % (7 * DAY) == 0 else 0
    made: dict[int, dict[str, float]] = {}
    for index in range(len(given_)):
        row = {name: getattr(given_, name)[index].item() for name in COLUMNS}
        start = (row["time"] - monday - offset) // step * step + monday + offset
        bar = made.setdefault(start, {**row, "time": start, "end": start + step, "volume": 0.0})
        bar["high"], bar["low"] = max(bar["high"], row["high"]), min(bar["low"], row["low"])
        bar["close"] = row["close"]
        bar["volume"] += row["volume"]
    return list(made.values())


def as_of(moments: Sequence[int], known_at: Sequence[int], values: Sequence[float]) -> list[float]:
    """At each moment the last value known by then, by a plain loop."""
    found = []
    for moment in moments:
        known = [value for at, value in zip(known_at, values, strict=True) if at <= moment]
        found.append(known[-1] if known else float("nan"))
    return found


@given(given_=markets(), length=LENGTHS, quarters=st.integers(0, 5))
@RELAXED
def test_longer_bars_are_those_of_a_plain_loop(given_: Market, length: str, quarters: int) -> None:
    offset = quarters * 15 * MINUTE if length not in ("15m", "30m", "1h") else 0
    feed = timeframe(length, offset=f"{quarters * 15}m") if offset else timeframe(length)
    columns = Plan([getattr(feed, name) for name in COLUMNS]).over(given_.bars).columns
    expected = periods_of(given_.bars, length, offset)
    moments = given_.closes(BASE).tolist()
    for name, column in zip(COLUMNS, columns, strict=True):
        values = as_of(moments, [int(bar["end"]) for bar in expected], [bar[name] for bar in expected])
        scale = 1e9 if name == "time" else 1.0
        np.testing.assert_allclose(column * scale, values, rtol=1e-12)
        if name not in ("time", "volume"):
            np.testing.assert_array_equal(column, values)


@given(given_=markets())
@RELAXED
def test_other_symbols_and_series_are_joined_as_polars_does(given_: Market) -> None:
    plan = Plan([symbol("ETH/USDT").close, symbol("ETH/USDT", "1h").high, series("fear"), series("fear", max_age="3h")])
    columns = plan.over(given_.bars, feeds=given_.feeds).columns
    base = pl.DataFrame({"at": given_.closes(BASE)}).set_sorted("at")
    other, hour, fear = (given_.feeds[clock] for clock in (OTHER, OTHER_HOUR, FEAR))
    assert isinstance(other, Bars) and isinstance(hour, Bars) and isinstance(fear, Series)
    for column, at, values, age in (
        (columns[0], given_.closes(OTHER), other.close, None),
        (columns[1], given_.closes(OTHER_HOUR), hour.high, None),
        (columns[2], fear.time, fear.value, None),
        (columns[3], fear.time, fear.value, 3 * HOUR),
    ):
        known = pl.DataFrame({"at": at, "value": values}).set_sorted("at")
        joined = base.join_asof(known, on="at", strategy="backward", tolerance=age)["value"]
        np.testing.assert_array_equal(column, joined.fill_null(float("nan")).to_numpy())


@given(given_=markets(), length=LENGTHS)
@RELAXED
def test_longer_bars_are_resampled_bars(given_: Market, length: str) -> None:
    assert longer_bars(given_.bars, Timeframe.parse(length)) == resample(given_.bars, length)


def test_a_bar_shows_at_the_close_that_ends_it_and_not_before() -> None:
    minutes = generate_bars("1m", days=1)
    column = Plan([timeframe("4h").close]).over(minutes).columns[0]
    assert np.isnan(column[:239]).all()
    np.testing.assert_array_equal(column[239 : 239 + 240], minutes.close[239])
    assert column[239 + 240] == minutes.close[479]


def test_a_period_whose_end_is_absent_closes_when_its_time_has_passed() -> None:
    quarters = generate_bars("15m", days=1)
    # Nothing from 00:30 to 05:15.
    gap = some(quarters, [0, 1, *range(21, 96)])
    column = Plan([timeframe("1h").close]).over(gap).columns[0]
    assert np.isnan(column[:2]).all()
    assert column[2] == quarters.close[1]
    # The bar from 05:45 on ends the hour, though the hour lacks its first bar.
    assert column[4] == quarters.close[23]


def test_offsets_move_the_periods() -> None:
    hours = generate_bars("1h", days=4)
    column = Plan([timeframe("1d", offset="22h").open]).over(hours).columns[0]
    # The first day is what is left of it: it ends at 22:00.
    assert column[21] == hours.open[0]
    assert column[45] == hours.open[22]
    assert Plan([timeframe("1w", offset="10h").time]).over(generate_bars("1h", days=20)).columns[0][-1] == (
        parse_time("2024-01-08T10:00") // 10**9
    )


def test_indicators_go_by_the_bars_of_their_feed() -> None:
    minutes = generate_bars("5m", days=20)
    four = resample(minutes, "4h", drop_partial=True)
    on_four = [ema(close, 20), macd().histogram, atr(14), close.shift(1), previous_session().high, session_vwap()]
    feed = timeframe("4h")
    nodes = [
        ema(feed.close, 20),
        macd(feed.close).histogram,
        atr(14, on=feed),
        feed.close.shift(1),
        previous_session(on=feed).high,
        session_vwap(on=feed),
    ]
    shown = Plan(nodes).over(minutes).columns
    at = np.searchsorted(minutes.time + 5 * MINUTE, four.time + 4 * HOUR)
    for expected, column in zip(Plan(on_four).over(four).columns, shown, strict=True):
        np.testing.assert_array_equal(column[at], expected)
        np.testing.assert_array_equal(column[at[3] : at[4]], expected[3])


def test_a_series_goes_by_its_published_values() -> None:
    hours = generate_bars("1h", days=20)
    fear = Series("fear", hours.time[::24] + 90 * MINUTE, np.arange(20.0))
    mean = Plan([rolling_mean(series("fear"), 7)]).over(hours, feeds={FEAR: fear}).columns[0]
    # Published at 01:30 of the seventh day: first known at the close of 02:00.
    assert np.isnan(mean[: 6 * 24 + 1]).all()
    assert mean[6 * 24 + 1] == 3.0


def test_a_value_published_at_the_close_is_known_and_one_later_is_not() -> None:
    hours = generate_bars("1h", days=1)
    moment = int(hours.time[5]) + HOUR
    for late, first in ((0, 5), (1, 6)):
        (column,) = Plan([series("fear")]).over(hours, feeds={FEAR: Series("fear", [moment + late], [1.0])}).columns
        assert np.isfinite(column).argmax() == first
    plan = Plan([series("fear", max_age="2h")])
    given_ = Market(hours, {FEAR: Series("fear", [moment], [1.0])})
    for column in (plan.over(hours, feeds=given_.feeds).columns[0], streamed(plan, given_).columns[0]):
        assert np.flatnonzero(np.isfinite(column)).tolist() == [5, 6, 7]


# -- clocks -------------------------------------------------------------------------------------------------------


def test_the_same_feed_is_the_same_node() -> None:
    assert ema(timeframe("4h").close, 20) is ema(timeframe("240m").close, 20)
    assert (timeframe("4h").close > close) is (timeframe("4h").close > close)
    assert symbol("ETH/USDT", "1h").close is symbol("ETH/USDT", "60m").close
    assert series("fear", max_age="2d") is series("fear", max_age="48h")
    assert timeframe("4h").close is not timeframe("4h", offset="2h").close
    assert timeframe("4h").close is not close


def test_clocks_of_combinations() -> None:
    four, hour = timeframe("4h"), timeframe("1h")
    four_clock = Clock(timeframe=Timeframe.parse("4h"))
    for node in (four.close + 1, four.close > four.open, where(four.close > 1, 1, 0), constant(1) + four.close):
        assert node.call.clock == four_clock
    for node in (four.close + close, four.close > hour.close, four.close * series("fear"), shift(constant(1), 1)):
        assert node.call.clock == BASE
    assert constant(1).call.clock is None
    assert (constant(1) + 2).call.clock is None
    # A condition of the longer bars holds from one of their closes to the next.
    assert shift(four.close > 1, 1).call.clock == four_clock


def test_text_of_nodes_on_feeds() -> None:
    assert (
        str(macd(timeframe("4h").close).histogram > close)
        == "(macd(timeframe('4h').close, 12, 26, 9).histogram > close)"
    )
    assert str(symbol("ETH/USDT").close / series("fear")) == "(symbol('ETH/USDT').close / series('fear'))"


def test_a_bound_node_is_the_concrete_one_and_keeps_its_clock() -> None:
    n = Symbolic.parameter("n")
    feed = timeframe("4h")
    node = crossed_above(ema(feed.close, n), ema(close, n)) & (feed.close * n > shift(feed.high, n))
    bound = Binder({"n": 7}).bind(node)
    assert bound is (crossed_above(ema(feed.close, 7), ema(close, 7)) & (feed.close * 7 > shift(feed.high, 7)))
    assert bound.call.clock == BASE


class Counted(Operation):
    """Its input plus one, counting the bars it was computed on."""

    name = "counted"

    def __init__(self) -> None:
        self.bars = 0

    def batch(self, inputs: Sequence[Any], parameters: tuple[Any, ...], run: Run) -> tuple[Column, ...]:
        self.bars += run.length
        return (inputs[0] + 1,)

    def stream(self, parameters: tuple[Any, ...], run: Run) -> Stepper:
        def step(value: float) -> tuple[float, ...]:
            self.bars += 1
            return (value + 1,)

        return step


def test_shared_feed_nodes_are_computed_once_on_the_bars_of_the_feed() -> None:
    given_ = Market(generate_bars("15m", days=10, seed=3), {})
    counted = Counted()
    slow = call(counted, (timeframe("4h").close,)).nodes[0]
    bots: list[Node] = [close > slow + level for level in range(10)] + [slow > 3, slow * close, shift(slow, 2)]
    plan = Plan(bots)
    plan.over(given_.bars)
    assert counted.bars == 60
    stream = streamed(plan, given_)
    assert counted.bars == 120
    # By hand: at a close of 4 hours counted, ten sums, a comparison and a shift; at every bar 13 alignments (slow, its
    # ten sums, the comparison, the shift), ten comparisons and one product.
    assert stream.evaluated == 60 * 13 + 960 * 24


def test_bars_that_close_after_the_last_are_not_computed() -> None:
    hours, counted = generate_bars("1h", days=4), Counted()
    plan = Plan([call(counted, (symbol("ETH/USDT").close,)).nodes[0]])
    plan.over(some(hours, slice(0, 50)), feeds={OTHER: hours})
    assert counted.bars == 50


def test_only_the_fields_that_are_read_are_needed() -> None:
    plan = Plan([timeframe("4h").close > close, symbol("ETH/USDT").high, series("fear")])
    assert plan.feeds == (Clock(timeframe=Timeframe.parse("4h")), OTHER, FEAR)
    assert plan.clocks[OTHER] == {"high"}
    both = Plan([series("fear"), series("fear", max_age="2d")])
    assert both.feeds == (FEAR,)
    assert Plan([ema(close, 3)]).feeds == ()


# -- own symbol, own timeframe ------------------------------------------------------------------------------------


@given(given_=markets())
@RELAXED
def test_ones_own_timeframe_and_symbol_give_equal_values(given_: Market) -> None:
    plan = Plan(
        [close, timeframe("15m").close, symbol("bars").close, symbol("bars", "15m").close, rolling_mean(close, 3)]
    )
    columns = plan.over(given_.bars).columns
    for column in columns[1:4]:
        np.testing.assert_array_equal(column, columns[0])
    hourly = Plan([timeframe("1h").high, symbol("bars", "1h").high])
    np.testing.assert_array_equal(*hourly.over(given_.bars).columns)
    np.testing.assert_array_equal(*streamed(hourly, given_).columns)


def test_bars_handed_in_for_ones_own_symbol_are_used() -> None:
    hours = generate_bars("1h", days=5)
    doubled = with_columns(resample(hours, "4h"), **{n: getattr(resample(hours, "4h"), n) * 2 for n in COLUMNS[1:]})
    plan = Plan([timeframe("4h").close])
    own = plan.over(hours).columns[0]
    given_ = plan.over(hours, feeds={plan.feeds[0]: doubled}).columns[0]
    np.testing.assert_array_equal(given_, own * 2)


def test_bars_that_overlap_belong_to_what_comes_after() -> None:
    # A local day of 23 hours: the third bar opens before the second has run its 24.
    opens = np.array([0, 24, 47, 71]) * HOUR
    bars_ = Bars(opens, [1.0, 2, 3, 4], [1.0, 2, 3, 4], [1.0, 2, 3, 4], [1.0, 2, 3, 4], timeframe="1d")
    two = longer_bars(bars_, Timeframe.parse("2d"))
    assert (two.time // DAY).tolist() == [0, 2]
    assert two.close.tolist() == [2.0, 4.0]
    live = LongerBar(Timeframe.parse("1d"), Timeframe.parse("2d"))
    rows = [{name: columns_of(bars_)[name][i] for name in columns_of(bars_)} for i in range(4)]
    assert [[bar.fields["close"] for bar in live.add(int(t), row)] for t, row in zip(opens, rows, strict=True)] == [
        [],
        [2.0],
        [],
        # 71 + 24 hours: the fourth day ends an hour later.
        [],
    ]


# -- lookback and settling ----------------------------------------------------------------------------------------


def test_lookback_is_in_the_strategys_bars() -> None:
    plan = Plan([rolling_mean(timeframe("4h").close, 20) > ema(close, 10)])
    assert plan.lookback_of("15m") == 20 * 16 - 1
    assert plan.lookback_of("1h") == 20 * 4 - 1
    assert Plan([rolling_mean(timeframe("4h").close, 20).shift(2) + close.shift(5)]).lookback_of("4h") == 21
    assert Plan([rolling_mean(timeframe("4h").close + close, 20)]).lookback_of("1h") == 3 + 19
    assert Plan([rolling_mean(symbol("ETH/USDT").close, 20)]).lookback_of("1h") == 19
    assert Plan([ema(close, 10)]).lookback_of("1m") == Plan([ema(close, 10)]).lookback == 9
    with pytest.raises(InternalError, match="lookback_of"):
        assert plan.lookback


@pytest.mark.parametrize("start", [0, 1, 15, 37])
def test_the_lookback_of_an_evaluation_is_where_the_first_value_is(start: int) -> None:
    quarters = some(generate_bars("15m", days=8), slice(start, None))
    for node in (rolling_mean(timeframe("4h").close, 20), rolling_max(timeframe("1d").high, 3), close.shift(9)):
        evaluation = Plan([node]).over(quarters)
        assert np.isfinite(evaluation.columns[0]).argmax() == evaluation.lookback
        assert evaluation.lookback <= Plan([node]).lookback_of("15m")
    both = Plan([rolling_mean(timeframe("4h").close, 20), close.shift(9)]).over(quarters)
    assert both.lookback == Plan([rolling_mean(timeframe("4h").close, 20)]).over(quarters).lookback


def test_a_feed_that_has_history_is_known_from_the_first_bar() -> None:
    hours = generate_bars("1h", days=10)
    plan = Plan([rolling_mean(symbol("ETH/USDT").close, 20)])
    evaluation = plan.over(some(hours, slice(100, None)), feeds={OTHER: hours})
    assert evaluation.lookback == 0
    assert np.isfinite(evaluation.columns[0]).all()
    never = plan.over(some(hours, slice(0, 50)), feeds={OTHER: some(hours, slice(40, None))})
    assert never.lookback == 50
    assert np.isnan(never.columns[0]).all()


@given(given_=st.builds(market, st.integers(0, 2**31), st.just(["walk"] * 12), st.just(0)), start=st.integers(0, 60))
@RELAXED
def test_after_settling_it_no_longer_matters_where_the_bars_begin(given_: Market, start: int) -> None:
    for node in (rolling_max(timeframe("1h").high, 3), rolling_max(timeframe("2h").high, 2) - close.shift(3)):
        plan = Plan([node])
        full = plan.over(given_.bars).columns[0][start:]
        late = plan.over(some(given_.bars, slice(start, None))).columns[0]
        np.testing.assert_array_equal(full[plan.settling("15m") :], late[plan.settling("15m") :])


def test_settling_counts_the_strategys_bars() -> None:
    one = Plan([ema(close, 10)]).settling()
    assert Plan([ema(timeframe("4h").close, 10)]).settling("15m") == (one + 2) * 16 - 1
    assert Plan([session_vwap("1d", on=timeframe("4h"))]).settling("1h") == (6 + 2) * 4 - 1
    assert Plan([rolling_mean(series("fear"), 50)]).settling("1h") == 0


def test_no_bars_and_no_values_give_empty_or_unknown_columns() -> None:
    hours = generate_bars("1h", days=2)
    plan = Plan([timeframe("4h", offset="1h").close, series("fear", max_age="1d"), symbol("ETH/USDT").close])
    nothing = some(hours, slice(0, 0))
    for base in (hours, nothing):
        feeds = {OTHER: nothing, FEAR: Series("fear", [], [])}
        columns = plan.over(base, feeds=feeds).columns
        assert [len(column) for column in columns] == [len(base)] * 3
        assert np.isnan(columns[1]).all()
        assert np.isnan(columns[2]).all()


def test_threads_change_nothing() -> None:
    minutes = generate_bars("1m", days=40)
    feed = timeframe("1h")
    plan = Plan([ema(feed.close, n) > ema(close, n) for n in range(5, 12)] + [atr(14, on=feed) / close])
    one, two = plan.over(minutes), plan.over(minutes, threads=2)
    np.testing.assert_array_equal(one.columns, two.columns)


# -- mistakes -----------------------------------------------------------------------------------------------------

HOURS = generate_bars("1h", days=5)
MINUTES = generate_bars("1m", days=0.5)


@pytest.mark.parametrize(
    ("node", "feeds", "error", "told"),
    [
        (timeframe("90m").close, {}, ParameterError, "whole multiple of 1h"),
        (timeframe("30m").close, {}, ParameterError, "whole multiple of 1h"),
        (timeframe("5h").close, {}, ParameterError, "choose 4h or 6h"),
        (timeframe("4h", offset="90m").close, {}, ParameterError, "choose a whole multiple of 1h, in timeframe('4h'"),
        (symbol("ETH/USDT", "30m").close, {}, ParameterError, "symbol('ETH/USDT', '30m')"),
        (symbol("ETH/USDT").close, {}, DataError, "symbol('ETH/USDT')"),
        (symbol("ETH/USDT", "4h").close, {}, DataError, "data import"),
        (series("fear"), {}, DataError, "hand in a Series of that name: fear"),
        (series("fear", max_age="2d"), {}, DataError, "series('fear'), which"),
        (series("fear"), {FEAR: HOURS}, DataError, "hand in a Series"),
        (symbol("ETH/USDT").close, {OTHER: Series("x", [1], [1.0])}, DataError, "hand in bars"),
        (symbol("ETH/USDT").close, {OTHER: MINUTES}, DataError, "hand in bars of 1h"),
    ],
)
def test_bars_that_do_not_fit_name_the_cure(
    node: Node, feeds: dict[Clock, Any], error: type[UserError], told: str
) -> None:
    with pytest.raises(error) as raised:
        Plan([node]).over(HOURS, feeds=feeds)
    text = str(raised.value)
    assert told in text or all(part in text for part in told.split(", in ")), text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: timeframe("4x"), "1m, 5m"),
        (lambda: timeframe("4h", offset="4h"), "not shorter"),
        (lambda: timeframe("4h", offset="soon"), "offset is 'soon'"),
        (lambda: symbol(""), "give its name"),
        (lambda: symbol(None), "give its name"),  # type: ignore[arg-type]
        (lambda: symbol("ETH/USDT", "x"), "timeframe is"),
        (lambda: series(""), "give its name"),
        (lambda: series("fear", max_age="long"), "max_age is 'long'"),
    ],
)
def test_a_mistake_names_the_cure(wrong: Any, told: str) -> None:
    with pytest.raises(ParameterError) as raised:
        wrong()
    assert told in str(raised.value)


def test_the_stream_refuses_what_does_not_fit() -> None:
    plan = Plan([timeframe("4h").close, symbol("ETH/USDT").close, time])
    row = dict.fromkeys(bars.__dataclass_fields__, 1.0)
    with pytest.raises(InternalError, match="without a timeframe"):
        plan.stream()
    with pytest.raises(ParameterError, match="whole multiple of 3h"):
        plan.stream("3h")
    stream = plan.stream("1h")
    with pytest.raises(InternalError, match="without open times"):
        stream.update(row)
    with pytest.raises(ParameterError, match="no node reads"):
        stream.feed(plan.feeds[0], row, 0)
    stream.feed(OTHER, row, HOUR)
    with pytest.raises(DataError, match="in order"):
        stream.feed(OTHER, row, HOUR)


def test_a_bar_fed_too_early_waits_for_its_close() -> None:
    plan = Plan([symbol("ETH/USDT").close, high])
    stream = plan.stream("1h")
    row = dict.fromkeys(bars.__dataclass_fields__, 1.0)
    stream.feed(OTHER, {**row, "close": 7.0}, 2 * HOUR)
    seen = [stream.update(row, index * HOUR)[0] for index in range(4)]
    np.testing.assert_array_equal(seen, [np.nan, np.nan, 7.0, 7.0])


def test_minutes_make_weeks_with_the_same_bits_one_at_a_time() -> None:
    minutes = generate_bars("1m", days=15, start="2024-01-03")
    weeks = resample(minutes, "1w", drop_partial=True)
    live = LongerBar(minutes.timeframe, Timeframe.parse("1w"))
    lists = {name: column.tolist() for name, column in columns_of(minutes).items()}
    made = [
        bar
        for index, moment in enumerate(minutes.time.tolist())
        for bar in live.add(moment, {name: column[index] for name, column in lists.items()})
    ]
    assert len(made) == len(weeks) == 2
    for name, column in columns_of(weeks).items():
        assert [bar.fields[name] for bar in made] == column.tolist()
    assert [bar.close for bar in made] == (weeks.time + 7 * DAY).tolist()
