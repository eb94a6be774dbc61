"""A backtest: what it feeds, what it simulates, what it counts and warns of."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

import tradefleet as tf
from tradefleet.graph import close, crossed_above, volume
from tradefleet.graph.plan import Plan
from tradefleet.indicators import ema, sma
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import DAY, HOUR, format_time
from tradefleet.research import Data, Result, Scope, Settings, comparison_table, run_backtest
from tradefleet.research.batch import Batch
from tradefleet.research.prepare import prepare
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Span
from tradefleet.simulation.columns import ROWS, new_journal
from tradefleet.simulation.state import first_leg, first_state
from tradefleet.simulation.table import table_of
from tradefleet.simulation.walk import walk as plain_walk
from tradefleet.strategies import EmaCross, Signals, SmaCross, Strategy, builtin_strategies, trace

from ..simulation.scene import cut

HOURS = generate_bars("1h", days=120, seed=4)
FREE = Settings(fee=0.0)
NAMES = ("time", "open", "high", "low", "close", "volume")


def run(strategy: Strategy, bars: Bars = HOURS, settings: Settings | None = None, **range_: Any) -> Result:
    return run_backtest(strategy, bars, settings or Settings(), Scope(**range_))


def strategy_of(name: str = "Made", **fields: Any) -> type[Strategy]:
    """A strategy whose signals have these fields."""
    return type(name, (Strategy,), {"signals": lambda self: Signals(**fields)})


def flat_bars(prices: Any, timeframe: str = "1h", start: int = 0, **instrument: Any) -> Bars:
    """Bars that do not move within themselves."""
    values = np.asarray(prices, dtype=np.float64)
    step = Bars([], [], [], [], [], timeframe=timeframe).timeframe.nanoseconds
    time = start + step * np.arange(len(values))
    return Bars(time, *[values] * 4, timeframe=timeframe, symbol=Instrument("X", **instrument))


# -- since and until ----------------------------------------------------------------------------------------------


def test_since_warms_up_on_the_bars_before_it() -> None:
    # An SMA forgets what is older than its period: from any start the crosses are the same, and each entry follows
    # the exit before it, so that being flat at the start changes no later trade.
    strategy = SmaCross(fast=5, slow=40, size="amount:1000")
    whole, late = run(strategy), run(strategy, since="2024-02-10")
    since = int(np.searchsorted(HOURS.time, np.datetime64("2024-02-10", "ns").astype(np.int64)))
    later = whole.ledger.entry_bar > since
    assert np.count_nonzero(later) > 20
    for name in ("entry_time", "exit_time", "entry_price", "exit_price", "profit", "side"):
        np.testing.assert_array_equal(getattr(late.ledger, name), getattr(whole.ledger, name)[later], name)
    np.testing.assert_array_equal(late.ledger.entry_bar + since, whole.ledger.entry_bar[later])


def test_recursive_indicator_has_settled_at_since() -> None:
    strategy = EmaCross(size="amount:1000")
    whole, late = run(strategy), run(strategy, since="2024-03-10")
    later = whole.ledger.entry_time > late.bars.time[0]
    np.testing.assert_array_equal(late.ledger.entry_time, whole.ledger.entry_time[later])


def test_nothing_is_decided_before_since() -> None:
    late = run(strategy_of(enter_long=close > 0)(), since="2024-02-10")
    # Decided at the close of the first bar simulated, filled at the next open.
    assert late.ledger.entry_bar.tolist() == [1]
    assert format_time(late.ledger.entry_time[0]) == "2024-02-10T01:00:00Z"
    assert late.data["first"] == "2024-02-10T00:00:00Z"


def test_until_is_not_included() -> None:
    early = run(EmaCross(), until="2024-02-10")
    assert early.data["last"] == "2024-02-09T23:00:00Z"
    assert early.data == run(EmaCross(), HOURS.between(until="2024-02-10")).data


def test_bars_after_until_change_nothing() -> None:
    short = run(EmaCross(), HOURS.between(until="2024-02-10"))
    assert run(EmaCross(), until="2024-02-10").as_dict() == short.as_dict()


def test_anchor_is_the_first_bar_fed() -> None:
    settling = Plan(trace(EmaCross()).nodes).settling()
    late = run(EmaCross(), since="2024-03-10")
    first = int(np.flatnonzero(HOURS.time == late.bars.time[0])[0])
    assert late.anchor == late.data["anchor"] == format_time(HOURS.time[first - settling])
    assert run(EmaCross()).anchor == HOURS.first


def test_run_replayed_from_its_anchor_gives_the_same_bits() -> None:
    late = run(EmaCross(), since="2024-03-10")
    assert run(EmaCross(), HOURS.between(late.anchor), since="2024-03-10").as_dict("bar") == late.as_dict("bar")


@pytest.mark.parametrize("before", [0, 10, 39, 40])
def test_missing_history_is_warned_of_by_the_bar(before: int) -> None:
    strategy = SmaCross(fast=5, slow=40)
    settling = Plan(trace(strategy).nodes).settling()
    assert settling == 40
    found = run(strategy, HOURS[500 - before :], since=HOURS[500:].first)
    told = [text for text in found.warnings if "history" in text]
    missing = settling - before
    assert told == (
        [f"{missing} bars of history were missing before the start: indicators had not settled"] * (missing > 0)
    )


def test_start_of_the_data_is_no_missing_history() -> None:
    assert not any("history" in text for text in run(EmaCross()).warnings)


@pytest.mark.parametrize(
    ("since", "until"), [("2030-01-01", None), (None, "2001-01-01"), ("2024-01-05T01:10", "2024-01-05T01:50")]
)
def test_range_without_bars_says_what_there_is(since: Any, until: Any) -> None:
    with pytest.raises(DataError, match=r"no bar opens from .* to .*they go from .*, in GEN/USD 1h; widen the range"):
        run(EmaCross(), since=since, until=until)


def test_no_bars_at_all_say_so() -> None:
    with pytest.raises(DataError, match="there are no bars"):
        run(EmaCross(), HOURS[:0])


def test_swapped_range_says_so() -> None:
    with pytest.raises(ParameterError, match="swap them"):
        run(EmaCross(), since="2024-03-01", until="2024-02-01")


# -- lookback, NaN, constants -------------------------------------------------------------------------------------


def test_no_signal_before_the_slowest_node_has_a_value() -> None:
    # The entry itself always holds; the exit needs 50 bars, and both wait for it.
    made = strategy_of(enter_long=close > 0, exit_long=close < sma(close, 50) * 0)
    assert run(made()).ledger.entry_bar.tolist() == [50]


def test_level_that_needs_bars_delays_the_entry_too() -> None:
    made = strategy_of(enter_long=close > 0, stop_loss=sma(close, 30) * 0)
    assert run(made()).ledger.entry_bar.tolist() == [30]


def test_division_by_nothing_is_no_signal_and_replaced_for_indicators() -> None:
    quiet = np.where(np.arange(len(HOURS)) % 10 == 3, 0.0, HOURS.volume)
    bars = Bars(*(getattr(HOURS, n) for n in NAMES[:-1]), quiet, timeframe="1h", symbol=HOURS.instrument)
    dead = run(strategy_of(enter_long=close / volume > 0, exit_long=~(close / volume > 0))(), bars)
    # On a dead bar neither the comparison nor its negation holds.
    assert dead.ledger.closed == 0 and len(dead.ledger.side) == 1
    averaged = run(strategy_of(enter_long=sma(close / volume, 5) > 0)(), bars)
    assert averaged.counts["replaced_inputs"] == np.count_nonzero(quiet == 0)
    assert any("replaced inputs" in text for text in averaged.warnings)


def test_level_that_is_not_a_number_skips_entries_and_is_counted() -> None:
    made = strategy_of(enter_long=close > 0, stop_loss=volume / (volume - volume))
    found = run(made())
    assert found.ledger.side.tolist() == []
    assert found.counts["invalid_levels"] == len(HOURS)
    assert any(f"skipped entries, {len(HOURS):,}: a stop, target or size" in text for text in found.warnings)


# With a timer of 10 bars: in at the open of bar 1, out at that of bar 11, in again at that of bar 12.
@pytest.mark.parametrize(
    ("fields", "trades"),
    [({}, 0), ({"enter_long": True}, 1), ({"enter_long": True, "max_bars": 10}, (len(HOURS) - 2) // 11 + 1)],
)
def test_constant_signals_are_traded(fields: dict[str, Any], trades: int) -> None:
    found = run(strategy_of(**fields)())
    assert len(found.ledger.side) == trades
    assert ("there was no trade" in found.warnings) is (trades == 0)


@pytest.mark.parametrize("count", [1, 2, 25, 26, 27])
@pytest.mark.parametrize("name", sorted(builtin_strategies()))
def test_few_bars_are_no_error(name: str, count: int) -> None:
    strategy = builtin_strategies()[name]()
    found = run(strategy, HOURS[:count])
    lookback = Plan(trace(strategy).nodes).lookback
    text = f"there are {count} bars, but the first signal needs {lookback + 1}"
    assert (text in found.warnings) is (count <= lookback)
    assert len(found.equity_per_bar()) == count
    assert str(found) and json.dumps(found.as_dict("bar"), allow_nan=False)


# -- the result ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(builtin_strategies()))
def test_same_run_twice_gives_the_same_bits(name: str) -> None:
    made = builtin_strategies()[name]
    one, other = (run(made(side="both", stop_loss=0.02, trailing_stop=0.03)) for _ in range(2))
    assert one.as_dict("bar") == other.as_dict("bar")
    assert one.per_bar().tobytes() == other.per_bar().tobytes()
    assert one.per_bar().tobytes() == one.per_bar().tobytes()


@pytest.mark.parametrize("side", ["long", "short", "both"])
def test_result_is_that_of_a_plain_run_bar_by_bar(side: str) -> None:
    strategy = EmaCross(side=side, stop_loss=0.01, reward_risk=2, size="risk:0.005")
    settings = Settings(cash=5_000, fee=0.0005, slippage=0.0003)
    found = run(strategy, HOURS, settings)
    part = prepare(strategy, HOURS, settings, Data({}), Scope(), 1).part
    columns = part.columns
    journal, state = new_journal(300, 200, len(HOURS)), first_state(5_000.0, int(HOURS.time[0]))
    table = table_of([first_leg(1.0)], [part.market], [part.policy])
    for index in range(len(HOURS)):
        state = plain_walk(state, table, cut(columns, index, index + 1), journal)
    rows = int(journal.used[ROWS])
    assert found.per_bar().tolist() == journal.bar_equity.tolist()
    assert found.ledger.closed == rows > 10
    assert found.ledger.profit[:rows].tolist() == journal.trade_numbers[:rows, 5].tolist()
    assert found.performance.max_drawdown == state.drawdown.deepest


def test_equity_of_days_is_that_of_their_last_bars() -> None:
    found = run(EmaCross(side="both"), HOURS[5:1001])
    per_bar = found.equity_per_bar()
    # A bar's close at midnight belongs to the day it ends.
    last = per_bar.group_by(((pl.col("time").dt.epoch("ns") - 1) // DAY).alias("day"), maintain_order=True).last()
    assert found.equity["time"].to_list() == last["time"].to_list()
    assert found.equity["equity"].to_list() == last["equity"].to_list()


@pytest.mark.parametrize("timeframe", ["1m", "4h", "1d", "1w"])
def test_equity_ends_with_the_last_close(timeframe: str) -> None:
    bars = generate_bars(timeframe, days=3 if timeframe == "1m" else 900, seed=1)
    found = run(strategy_of(enter_long=close > 0)(), bars)
    end = format_time(int(bars.time[-1]) + bars.timeframe.nanoseconds)
    rows = found.as_dict()["equity"]
    assert rows[-1]["time"] == end
    assert rows[-1]["equity"] == found.metrics["final_equity"] == found.per_bar()[-1]
    if timeframe in ("1d", "1w"):
        assert len(rows) == len(bars)


def test_exposure_is_the_share_of_closes_with_a_position() -> None:
    # In at the open of bar 1, out at the open of bar 6: held at five closes of twenty.
    made = strategy_of(enter_long=close.shift(1) != close, exit_long=close > 104)
    prices = [100, 101, 102, 103, 104, 105, *[105] * 14]
    found = run(made(), flat_bars(prices), FREE)
    assert found.ledger.entry_bar.tolist() == [2] and found.ledger.exit_bar.tolist() == [6]
    assert found.metrics["exposure"] == 4 / 20


def test_position_still_open_is_the_last_row_marked_to_the_last_close() -> None:
    prices = [100.0, 100.0, 110.0, 120.0]
    found = run(strategy_of(enter_long=close > 0)(size="amount:1000"), flat_bars(prices), Settings(fee=0.01))
    (row,) = found.trades.to_dicts()
    assert (row["exit_reason"], row["side"], row["quantity"]) == ("open", "long", 10.0)
    assert (row["entry_price"], row["exit_price"]) == (100.0, 120.0)
    # Only the entry's fee has been paid.
    assert row["fees"] == pytest.approx(10.0)
    assert row["profit"] == pytest.approx(190.0)
    assert found.metrics["open_trades"] == 1 and found.metrics["trades"] == 0
    assert found.metrics["final_equity"] == pytest.approx(10_190.0)
    assert row["exit_time"].isoformat() == "1970-01-01T04:00:00+00:00"


def test_trades_frame_has_the_columns_of_the_interface() -> None:
    found = run(EmaCross(side="both"))
    assert found.trades.columns == [
        *("position", "symbol", "side", "entry_time", "exit_time", "quantity", "entry_price", "exit_price"),
        *("fees", "profit", "profit_ratio", "exit_reason", "tag", "funding"),
    ]
    assert found.trades["position"].to_list() == list(range(len(found.trades)))
    assert set(found.trades["side"]) == {"long", "short"}
    assert set(found.trades["tag"]) == {"ema_cross"} and set(found.trades["symbol"]) == {"GEN/USD"}
    ratio = found.trades["profit"] / (found.trades["entry_price"] * found.trades["quantity"])
    np.testing.assert_allclose(found.trades["profit_ratio"], ratio)
    closed = found.trades.filter(pl.col("exit_reason") != "open")
    assert closed["exit_time"].is_sorted()
    assert found.metrics["final_equity"] == pytest.approx(10_000 + found.trades["profit"].sum())


def test_no_trade_gives_an_empty_frame_with_all_columns() -> None:
    found = run(strategy_of()())
    assert len(found.trades) == 0
    assert found.trades.schema == run(EmaCross()).trades.schema
    assert found.metrics["final_equity"] == 10_000.0
    assert math.isnan(found.metrics["win_rate"])


def test_json_has_the_shape_of_the_interface() -> None:
    found = run(strategy_of()()).as_dict()
    assert {"strategy", "parameters", "data", "metrics", "trades", "equity"} <= set(found)
    assert found["metrics"]["win_rate"] is None
    assert found["trades"] == []
    assert found["equity"][0] == {"time": "2024-01-02T00:00:00Z", "equity": 10_000.0}
    json.dumps(found, allow_nan=False)


def test_json_times_are_iso_and_equity_is_per_bar_when_asked() -> None:
    found = run(EmaCross()).as_dict("bar")
    assert len(found["equity"]) == len(HOURS)
    assert found["equity"][0]["time"] == "2024-01-01T01:00:00Z"
    assert {found["trades"][0][name][-1] for name in ("entry_time", "exit_time")} == {"Z"}
    assert found["parameters"]["fast"] == 12 and found["parameters"]["size"] == 0.99
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("settings", "lot", "minimum", "size", "count"),
    [
        (Settings(), None, None, "amount:20000", "cut_to_cash"),
        (Settings(), "1000", None, "0.99", "below_minimum"),
        (Settings(), None, "20000", "0.99", "below_minimum"),
        # Worth 10,000 at the close, but the fee leaves too little for the only lot.
        (Settings(fee=0.05), "100", None, "1.0", "not_affordable"),
    ],
)
def test_what_was_not_done_as_asked_is_counted_and_warned_of(
    settings: Settings, lot: Any, minimum: Any, size: str, count: str
) -> None:
    bars = flat_bars([100.0] * 5, lot=lot, min_notional=minimum)
    found = run(strategy_of(enter_long=close > 0)(size=size), bars, settings)
    assert found.counts[count] > 0
    assert any(f"entries, {found.counts[count]}: " in text for text in found.warnings)


def test_ruin_is_warned_of() -> None:
    found = run(strategy_of(enter_short=close > 0)(side="short"), flat_bars([100.0, 100.0, 150.0, 250.0]), FREE)
    assert found.metrics["final_equity"] < 0
    assert any("ruined" in text for text in found.warnings)


def test_absent_bars_are_counted() -> None:
    whole = run(EmaCross(), HOURS)
    assert not any("absent" in text for text in whole.warnings)
    holed = Bars.concat([HOURS[:100], HOURS[107:]])
    assert "7 bars are absent from the data; nothing was put in their place" in run(EmaCross(), holed).warnings


def weekdays(bars: Bars) -> Bars:
    day = bars.time // DAY % 7
    # Day 2 of each seven since 1970 is a Saturday, day 3 a Sunday.
    keep = (day != 2) & (day != 3)
    return Bars(*(getattr(bars, name)[keep] for name in NAMES), timeframe=bars.timeframe, symbol=bars.instrument)


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        (HOURS, 365),
        (weekdays(HOURS), 252),
        (weekdays(generate_bars("1d", days=200)), 252),
        (generate_bars("1d", days=200), 365),
        # Five days from a Monday say nothing about weekends.
        (HOURS[: 5 * 24], 365),
        (generate_bars("1w", days=2000), 52.14),
    ],
    ids=["hours", "weekday hours", "weekdays", "days", "five days", "weeks"],
)
def test_market_that_rests_on_weekends_is_annualised_by_252(bars: Bars, expected: float) -> None:
    found = run(EmaCross(), bars)
    assert found.settings["periods_per_year"] == expected
    assert f"annualised by {expected}" in str(found)


def test_sunday_evening_of_forex_counts_to_monday() -> None:
    hours = generate_bars("1h", days=120, seed=2)
    # Closed from Friday 22:00 to Sunday 22:00 UTC; 1970-01-01 was a Thursday.
    into_week = (hours.time // HOUR + 3 * 24) % (7 * 24)
    open_ = (into_week < 4 * 24 + 22) | (into_week >= 6 * 24 + 22)
    forex = Bars(*(getattr(hours, n)[open_] for n in NAMES), timeframe="1h", symbol="EUR/USD")
    found = run(EmaCross(), forex)
    days = (found.performance.equity_time[:-1] - 1) // (24 * HOUR) % 7
    assert found.performance.periods_per_year == 252
    assert set(days.tolist()) == {4, 5, 6, 0, 1}
    assert found.performance.equity[-1] == found.equity_per_bar()["equity"][-1]
    assert not any("absent" in text for text in found.warnings)


def test_comparison_has_a_row_a_strategy_in_one_width() -> None:
    results = [run(made()) for made in builtin_strategies().values()]
    lines = comparison_table(results).splitlines()
    assert [line.split()[0] for line in lines] == ["strategy", *builtin_strategies()]
    assert len({len(line) for line in lines}) == 1
    returns = [line.split()[1] for line in lines[1:]]
    assert returns == [f"{result.metrics['total_return'] * 100:.2f}" for result in results]


def test_printed_result_names_data_settings_and_parameters() -> None:
    text = str(run(EmaCross(fast=9), settings=Settings(cash=5_000, fee=0.002)))
    for part in ("ema_cross on GEN/USD 1h", "2,880 bars", "fingerprint", "cash 5,000.00, fee 0.002", "fast=9, slow=26"):
        assert part in text


# -- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("cash", value) for value in (0, -1, float("nan"), float("inf"), "100", True, None)),
        *(("fee", value) for value in (-0.02, 1.0, float("nan"), "0.1", None)),
        *(("slippage", value) for value in (-0.001, 1.0, float("nan"), None)),
    ],
)
def test_setting_that_makes_no_sense_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=f"{name} is .*; give a"):
        Settings(**{name: value})


@pytest.mark.parametrize("value", [10_000, 10_000.0, np.int64(10_000), np.float32(10_000)])
def test_numpy_numbers_are_taken_as_settings(value: Any) -> None:
    assert run(EmaCross(), settings=Settings(cash=value)).as_dict() == run(EmaCross()).as_dict()


def test_negative_fee_is_a_rebate() -> None:
    found = run(strategy_of(enter_long=close > 0)(size="amount:1000"), flat_bars([100.0] * 3), Settings(fee=-0.001))
    assert found.metrics["final_equity"] == pytest.approx(10_001.0)


def test_huge_slippage_costs_what_it_says() -> None:
    made = strategy_of(enter_long=close > close.shift(1), exit_long=close > 101)
    bars = flat_bars([100.0, 101.0, 102.0, 100.0, 100.0])
    found = run(made(size="amount:1010"), bars, Settings(fee=0.0, slippage=0.5))
    # Decided at 101 for 10 pieces, bought at 102 x 1.5, sold at 100 x 0.5.
    assert found.trades["entry_price"].to_list() == [153.0]
    assert found.trades["exit_price"].to_list() == [50.0]
    assert found.metrics["final_equity"] == pytest.approx(10_000 - 10 * 103)


@pytest.mark.parametrize("tick", ["0.05", "0.00001", "2.5", "0.01"])
def test_prices_of_trades_are_on_the_tick(tick: str) -> None:
    scale = float(tick) / 0.01
    columns = [np.round(getattr(HOURS, name) * 100) * float(tick) for name in NAMES[1:5]]
    bars = Bars(HOURS.time, *columns, timeframe="1h", symbol=Instrument("X", tick=tick))
    found = run(EmaCross(side="both", stop_loss=0.0123, reward_risk=1.7), bars, Settings(slippage=0.00037))
    assert found.ledger.closed > 50 and scale > 0
    for prices in (found.ledger.entry_price, found.ledger.exit_price[: found.ledger.closed]):
        np.testing.assert_allclose(prices / float(tick), np.round(prices / float(tick)), atol=1e-6)


def test_tick_that_does_not_fit_the_prices_is_warned_of() -> None:
    bars = flat_bars([100.0, 101.0, 102.5, 103.0], tick="1")
    assert "1 closes are not on the tick of 1, but fills are" in run(strategy_of(enter_long=close > 0)(), bars).warnings
    assert not any("tick" in text for text in run(EmaCross()).warnings)


def test_prices_below_one_tick_are_refused() -> None:
    bars = flat_bars([0.004, 0.005], tick="0.01")
    with pytest.raises(
        DataError, match=r"prices go down to 0\.004, less than one tick of 0\.01, in X 1h; give the instr"
    ):
        run(strategy_of(enter_long=close > 0)(), bars)


@pytest.mark.parametrize("scale", [1e-7, 1e7])
def test_scale_of_prices_does_not_matter(scale: float) -> None:
    columns = [getattr(HOURS, name) * scale for name in NAMES[1:5]]
    bars = Bars(HOURS.time, *columns, timeframe="1h", symbol="X")
    plain = Bars(*(getattr(HOURS, n) for n in NAMES[:5]), timeframe="1h", symbol="X")
    one, other = run(EmaCross(), bars), run(EmaCross(), plain)
    assert one.ledger.entry_time.tolist() == other.ledger.entry_time.tolist()
    assert one.metrics["final_equity"] == pytest.approx(other.metrics["final_equity"], rel=1e-6)


def test_ema_of_a_flat_market_trades_nothing() -> None:
    found = run(strategy_of(enter_long=close > ema(close, 10))(), flat_bars([100.0] * 100))
    assert len(found.trades) == 0


def test_bars_of_hours_from_before_1970_have_their_days() -> None:
    bars = flat_bars([100.0] * 72, start=-48 * HOUR)
    assert [row["time"] for row in run(strategy_of(enter_long=close > 0)(), bars).as_dict()["equity"]] == [
        "1969-12-31T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1970-01-02T00:00:00Z",
    ]


def test_result_plots_itself() -> None:
    figure = run(EmaCross()).plot()
    assert {"candlestick", "scatter"} <= {trace.type for trace in figure.data}


def test_rows_of_a_search_are_backtests_from_the_same_first_bar() -> None:
    bars = generate_bars("1h", days=120, seed=5)
    since = int(bars.time[1500])
    combinations = Combinations.of([{"fast": 5, "slow": 40}, {"fast": 12, "slow": 60}])
    found = Batch(EmaCross, {}, bars).measure(combinations, Span(since)).values
    for row, combination in zip(found, combinations, strict=True):
        run = tf.backtest(EmaCross(**combination), bars, since=since, anchor=int(bars.time[0]))
        assert run.anchor == bars.first
        np.testing.assert_array_equal(row, list(run.metrics.values()))


def test_a_timer_longer_than_time_never_ends_a_position() -> None:
    bars = generate_bars("1h", days=200, seed=5)
    entered = crossed_above(sma(close, 20), sma(close, 400))

    class Seldom(Strategy):
        def signals(self) -> Signals:
            return Signals(enter_long=entered, stop_loss=0.05)

    # So few signals are jumped.
    endless, none = (run_backtest(Seldom(max_bars=bars_held), bars, Settings()) for bars_held in (10**9, 0))
    assert len(none.trades) > 0
    assert endless.metrics == pytest.approx(none.metrics, rel=0, abs=0, nan_ok=True)
