"""What docs/account.md and docs/rules.md promise about money, through tf.backtest, on bars that decide it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradefleet as tf
from tradefleet import Account, Bars, Result, Series, Signals, Strategy, amount
from tradefleet.graph import close, crossed_above, crossed_below
from tradefleet.indicators import ema
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import HOUR, parse_time
from tradefleet.market.timeframe import Timeframe

MONDAY = "2024-01-08"
FLAT = (100.0, 100.0, 100.0, 100.0)


def made(
    rows: Any, symbol: str = "AAA/USDT", start: str = MONDAY, timeframe: str = "1h", at: list[int] | None = None
) -> Bars:
    """Bars of (open, high, low, close), or of prices that do not move within; `at` says which bars there are."""
    prices = np.array(rows, np.float64)
    if prices.ndim == 1:
        prices = np.column_stack([prices] * 4)
    places = np.arange(len(prices)) if at is None else np.array(at)
    time = parse_time(start) + places * Timeframe.parse(timeframe).nanoseconds
    return Bars(time, *prices.T, timeframe=timeframe, symbol=symbol)


def strategy(common: Mapping[str, Any] | None = None, **fields: Any) -> Strategy:
    """A strategy whose signals have these fields."""
    values = {"size": 0.5, **(common or {})}
    named: type[Strategy] = type("Made", (Strategy,), {"signals": lambda self: Signals(**fields)})
    return named(**values)


def run(what: Any, bars: Any, account: Account | None = None, **options: Any) -> Result:
    return tf.backtest(what, bars, **{"fee": 0.0, "account": account, **options})


def column(result: Result, name: str) -> list[Any]:
    return result.trades[name].to_list()


def final(result: Result) -> float:
    return float(result.equity["equity"][-1])


ALWAYS_LONG = strategy(enter_long=close > 0)
ALWAYS_SHORT = strategy({"side": "short"}, enter_short=close > 0)


class Finer:
    """A source of some bars."""

    def __init__(self, *kept: Bars) -> None:
        self.kept = {(bars.symbol, str(bars.timeframe)): bars for bars in kept}

    def bars(self, symbol: str, timeframe: Any, since: Any = None, until: Any = None) -> Bars:
        try:
            return self.kept[symbol, str(timeframe)].between(since, until)
        except KeyError:
            raise DataError(f"no {timeframe} bars of {symbol}") from None


# -- funding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "sign"), [(ALWAYS_LONG, 1.0), (ALWAYS_SHORT, -1.0)])
def test_longs_pay_a_positive_rate_every_eight_hours_and_shorts_receive_it(one: Strategy, sign: float) -> None:
    result = run(one, made([100.0] * 24), Account(market="perpetual", funding=0.001))
    # 50 at 100, at 08:00 and 16:00.
    assert column(result, "funding") == [pytest.approx(sign * 10.0)]
    assert final(result) == pytest.approx(10_000.0 - sign * 10.0)


def test_funding_is_of_the_notional_at_the_open_when_it_falls_due() -> None:
    prices = [FLAT] * 8 + [(120.0, 130.0, 110.0, 110.0)] + [(110.0,) * 4] * 3
    result = run(ALWAYS_LONG, made(prices), Account(market="perpetual", funding=0.001))
    assert column(result, "funding") == [pytest.approx(50 * 120 * 0.001)]


@pytest.mark.parametrize(("entered", "left", "paid"), [(8, 12, 0), (7, 12, 1), (2, 8, 1), (2, 7, 0)])
def test_funding_of_eight_is_paid_by_who_held_before_eight(entered: int, left: int, paid: int) -> None:
    prices = np.full(14, 100.0)
    # The decision is a bar before the fill.
    prices[entered - 1], prices[left - 1] = 101.0, 102.0
    flat = strategy({"size": amount(1000)}, enter_long=(close > 100.5) & (close < 101.5), exit_long=close > 101.5)
    result = run(flat, made(prices), Account(market="perpetual", funding=0.01))
    assert column(result, "exit_reason") == ["signal"]
    assert (column(result, "funding")[0] > 0) is bool(paid)


@pytest.mark.parametrize(
    "text",
    [
        "time,value\n2024-01-08T08:00Z,0.001\n2024-01-08T16:00Z,-0.0004\n",
        "fundingTime,fundingRate\n1704700800000,0.001\n1704729600000,-0.0004\n",
        "calc_time,funding_interval_hours,last_funding_rate\n1704700800000,8,0.001\n1704729600000,8,-0.0004\n",
    ],
)
def test_rates_come_from_a_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)
    for funding in (str(path), {"AAA/USDT": str(path)}):
        result = run(ALWAYS_LONG, made([100.0] * 24), Account(market="perpetual", funding=funding))
        assert column(result, "funding") == [pytest.approx(5000 * (0.001 - 0.0004))]


def test_milliseconds_of_a_venue_s_clock_do_not_move_funding_to_the_close_of_the_bar() -> None:
    # Venues publish 08:00:00.003 for the funding of 08:00.
    rates = Series("rates", [parse_time(MONDAY) + 8 * HOUR + 3_000_000], [0.001])
    prices = [FLAT] * 8 + [(100.0, 200.0, 100.0, 200.0)]
    result = run(ALWAYS_LONG, made(prices), Account(market="perpetual", funding="rates"), series={"rates": rates})
    assert column(result, "funding") == [pytest.approx(50 * 100 * 0.001)]


# -- margin and liquidation ---------------------------------------------------------------------------------------


def test_leverage_locks_its_part_of_the_notional() -> None:
    bars = {name: made([100.0] * 3, name) for name in ("A/USDT", "B/USDT", "C/USDT")}
    one = strategy({"size": 4.0}, enter_long=close > 0)
    result = run(one, bars, Account(market="perpetual", leverage=10))
    # 4,000 of margin, again 4,000, and what is left pays for half of the third.
    assert column(result, "quantity") == [400.0, 400.0, 200.0]
    assert result.counts["cut_to_cash"] == 1
    assert final(result) == 10_000.0


def test_position_is_liquidated_where_its_margin_is_down_to_the_maintenance() -> None:
    crash = [FLAT] * 2 + [(100.0, 100.0, 85.0, 95.0)] + [FLAT]
    terms = Account(market="perpetual", leverage=10, maintenance_margin=0.01)
    one = strategy({"size": 5.0}, enter_long=(close > 99) & (close < 101))
    result = run(one, made(crash), terms)
    level = (100 - 10) / (1 - 0.01)
    assert column(result, "exit_reason") == ["liquidation"]
    assert column(result, "exit_price") == [pytest.approx(level)]
    assert final(result) == pytest.approx(10_000 + 500 * (level - 100))


@pytest.mark.parametrize("fee", [0.0, 0.02, 0.5])
def test_gap_beyond_the_margin_loses_the_margin_and_no_more(fee: float) -> None:
    crash = [*[FLAT] * 2, (50.0,) * 4, (50.0,) * 4]
    terms = Account(market="perpetual", leverage=10, maintenance_margin=0.01, liquidation_fee=fee)
    one = strategy({"size": 5.0}, enter_long=close > 99)
    result = run(one, made(crash), terms)
    assert column(result, "exit_price") == [90.0]
    assert final(result) == pytest.approx(5_000.0)


def test_short_position_is_liquidated_on_the_way_up() -> None:
    terms = Account(market="perpetual", leverage=5, maintenance_margin=0.01)
    one = strategy({"side": "short"}, enter_short=close < 101)
    result = run(one, made([*[FLAT] * 2, (100.0, 200.0, 100.0, 150.0)]), terms)
    assert column(result, "exit_price") == [pytest.approx((100 + 20) / (1 + 0.01))]


# -- spread -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["long", "short", "both"])
def test_spread_is_the_same_as_a_number_a_series_and_ask_bars(side: str) -> None:
    bid = tf.generate_bars("1h", days=30, seed=3)
    ask = Bars(
        bid.time, *(getattr(bid, name) + 0.125 for name in ("open", "high", "low", "close")),
        timeframe="1h", symbol="ask",
    )  # fmt: skip
    fast, slow = ema(close, 5), ema(close, 20)
    up, down = crossed_above(fast, slow), crossed_below(fast, slow)
    one = strategy(
        {"side": side, "stop_loss": 0.01, "take_profit": 0.02},
        enter_long=up, exit_long=down, enter_short=down, exit_short=up,
    )  # fmt: skip
    wide = Series("wide", ["2000-01-01"], [0.125])
    by_number = run(one, bid, Account(spread=0.125))
    by_series = run(one, bid, Account(spread={bid.symbol: "wide"}), series={"wide": wide})
    by_ask = run(one, bid, Account(ask={bid.symbol: "ask"}), source=Finer(ask))
    assert len(by_number.trades) > 5
    for other in (by_series, by_ask):
        assert other.trades.equals(by_number.trades)
        assert other.equity_per_bar().equals(by_number.equity_per_bar())
    assert final(by_number) < final(run(one, bid))


def test_round_trip_costs_the_spread_on_either_side() -> None:
    for one in (
        strategy({"size": amount(1000)}, enter_long=close < 101, exit_long=close > 101),
        strategy({"size": amount(1000), "side": "short"}, enter_short=close < 101, exit_short=close > 101),
    ):
        prices = [FLAT, (100.0, 102.0, 100.0, 102.0), FLAT, (102.0,) * 4]
        result = run(one, made(prices), Account(spread=0.5))
        assert column(result, "profit")[0] == pytest.approx(-10 * 0.5)


def test_series_of_negative_spreads_is_refused() -> None:
    with pytest.raises(DataError, match="spread"):
        run(ALWAYS_LONG, made([100.0] * 3), Account(spread="s"), series={"s": Series("s", ["2000-01-01"], [-5.0])})


# -- currencies ---------------------------------------------------------------------------------------------------


def test_profit_in_yen_counts_in_the_account_s_dollars() -> None:
    # USD/JPY: 10,000 x 0.5 dollars bought at 100, worth 110: 50,000 yen, and a yen is worth 1 / 110 by then.
    result = run(ALWAYS_LONG, made([100.0, 100.0, 110.0], "USD/JPY"), Account(market="forex", currency="USD"))
    assert column(result, "quantity") == [pytest.approx(5000.0)]
    assert final(result) == pytest.approx(10_000 + 50_000 / 110)


@pytest.mark.parametrize("way", ["fixed", "USD/JPY", "JPY/USD"])
def test_other_quote_currencies_are_converted_by_a_number_or_a_series(way: str) -> None:
    yen = {"fixed": None, "USD/JPY": made([100.0] * 3, "USD/JPY"), "JPY/USD": made([0.01] * 3, "JPY/USD")}[way]
    terms = Account(market="forex", currency="USD", conversion={"JPY": 0.01 if yen is None else way})
    source = None if yen is None else Finer(yen)
    result = run(ALWAYS_LONG, made([150.0, 150.0, 165.0], "EUR/JPY"), terms, source=source)
    # 5,000 dollars are 500,000 yen.
    assert column(result, "quantity") == [pytest.approx(500_000 / 150)]
    assert final(result) == pytest.approx(10_000 + 5_000 * 0.1)


def test_wallet_of_several_quote_currencies_adds_up_in_the_account_s() -> None:
    bars = {
        "EUR/USD": made([1.0, 1.0, 1.1], "EUR/USD"),
        "USD/JPY": made([100.0, 100.0, 125.0], "USD/JPY"),
    }
    one = strategy({"size": amount(1000)}, enter_long=close > 0)
    result = run(one, bars, Account(market="forex", currency="USD"))
    brought = result.equity_by_symbol()
    assert brought["EUR/USD"][-1] == pytest.approx(100.0)
    assert brought["USD/JPY"][-1] == pytest.approx(1000 * 25 / 125)
    assert final(result) == pytest.approx(10_300.0)
    with pytest.raises(ParameterError, match="quoted in JPY and USD"):
        run(one, bars, Account(market="forex"))


def test_account_with_a_currency_refuses_or_warns_of_a_symbol_that_does_not_tell_its_own() -> None:
    try:
        result = run(ALWAYS_LONG, made([100.0, 100.0, 110.0], "USDJPYm"), Account(market="forex", currency="USD"))
    except ParameterError:
        return
    assert any("currency" in text for text in result.warnings)


# -- forex --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("triple", "nights"), [("wednesday", 7), ("friday", 7), ("none", 5)])
def test_week_of_swaps_is_seven_nights(triple: str, nights: int) -> None:
    week = made([100.0] * 24 * 5, "EUR/USD")
    terms = Account(market="forex", swap_long=-0.01, swap_short=0.004, swap_triple=triple)
    paid, received = run(ALWAYS_LONG, week, terms), run(ALWAYS_SHORT, week, terms)
    assert column(paid, "funding") == [pytest.approx(50 * 0.01 * nights)]
    assert column(received, "funding") == [pytest.approx(-50 * 0.004 * nights)]


@pytest.mark.parametrize(("start", "hour"), [("2024-01-08", 22), ("2024-07-08", 21)])
def test_swap_falls_due_by_the_clock_of_new_york(start: str, hour: int) -> None:
    terms = Account(market="forex", swap_long=-0.01)
    for last in (hour, hour + 1):
        result = run(ALWAYS_LONG, made([100.0] * last, "EUR/USD", start), terms)
        assert column(result, "funding") == [pytest.approx(0.5 * (last > hour))]


def test_orders_are_of_whole_lots_and_pay_a_commission_for_each() -> None:
    terms = Account(market="forex", leverage=30, contract_size=100_000, lot=0.01, commission=3.5)
    one = strategy({"size": 3.0}, enter_long=close < 1.25, exit_long=close > 1.25)
    result = run(one, made([1.23, 1.23, 1.26, 1.26], "EUR/USD"), terms)
    lots = 0.24
    assert column(result, "quantity") == [24_000.0]
    assert column(result, "fees") == [pytest.approx(2 * lots * 3.5)]
    assert final(result) == pytest.approx(10_000 + 24_000 * 0.03 - 2 * lots * 3.5)


# -- limits -------------------------------------------------------------------------------------------------------


def test_only_slot_goes_to_the_highest_priority() -> None:
    bars = {name: made([price] * 3, name) for name, price in (("A/USDT", 10.0), ("B/USDT", 30.0), ("C/USDT", 20.0))}
    one = strategy(enter_long=close > 0, priority=close)
    result = run(one, bars, Account(max_open_positions=1))
    assert column(result, "symbol") == ["B/USDT"]
    # Two others at each of three closes.
    assert result.counts["no_slot"] == 6


def test_exposure_is_cut_to_what_the_limit_leaves() -> None:
    bars = {name: made([100.0] * 2, name) for name in ("A/USDT", "B/USDT", "C/USDT")}
    one = strategy({"size": 1.0}, enter_long=close > 0)
    result = run(one, bars, Account(market="perpetual", leverage=5, max_exposure=1.5))
    assert column(result, "symbol") == ["A/USDT", "B/USDT"]
    assert column(result, "quantity") == [pytest.approx(100.0), pytest.approx(50.0)]


def test_exposure_of_a_symbol_counts_both_strategies() -> None:
    bars = {name: made([100.0] * 2, name) for name in ("A/USDT", "B/USDT")}
    first = strategy({"size": 0.6}, enter_long=close > 0)
    second = strategy({"size": 0.6}, enter_long=close > 0)
    result = run([first, second], bars, Account(market="perpetual", leverage=5, max_symbol_exposure=1.0))
    bought = dict.fromkeys(bars, 0.0)
    for symbol, quantity in zip(column(result, "symbol"), column(result, "quantity"), strict=True):
        bought[symbol] += quantity
    assert bought == {"A/USDT": pytest.approx(100.0), "B/USDT": pytest.approx(100.0)}


# -- what is told -------------------------------------------------------------------------------------------------


def test_summary_does_not_tell_a_fee_that_nobody_paid() -> None:
    result = tf.backtest(ALWAYS_LONG, made([100.0] * 30), account=Account(maker=0.0, taker=0.0))
    assert column(result, "fees") == [0.0]
    assert "fee 0.001" not in str(result)


def test_spread_needs_no_other_arrays_than_a_run_without() -> None:
    # The same process, the same kernel, other columns.
    bars = made([100.0, 100.0, 110.0])
    assert final(run(ALWAYS_LONG, bars)) == pytest.approx(10_500.0)
    assert final(run(ALWAYS_LONG, bars, Account(spread=1.0))) == pytest.approx(10_450.0)
    assert final(run(ALWAYS_LONG, bars)) == pytest.approx(10_500.0)


# -- several legs -------------------------------------------------------------------------------------------------


def test_strategies_share_one_wallet() -> None:
    long = strategy({"size": 0.7}, enter_long=close > 0)
    result = run([long, long], made([100.0, 100.0, 110.0]))
    assert column(result, "quantity") == [pytest.approx(70.0), pytest.approx(30.0)]
    assert final(result) == pytest.approx(11_000.0)


def test_absent_bars_of_one_symbol_do_not_stop_the_others() -> None:
    whole = {seed: tf.generate_bars("1h", days=40, seed=seed, symbol=f"S{seed}/USDT") for seed in (1, 2)}
    kept = np.r_[0:200, 500:700]
    holed = Bars(
        *(getattr(whole[2], name)[kept] for name in ("time", "open", "high", "low", "close")),
        timeframe="1h", symbol="S2/USDT",
    )  # fmt: skip
    up = crossed_above(ema(close, 5), ema(close, 20))
    one = strategy({"size": amount(1000), "max_bars": 30}, enter_long=up)
    together = run(one, {"S1/USDT": whole[1], "S2/USDT": holed}).trades.drop("position")
    for bars in (whole[1], holed):
        alone = run(one, bars).trades.drop("position")
        assert together.filter(together["symbol"] == bars.symbol).equals(alone)


def test_parameters_of_two_instances_of_a_strategy_are_both_told() -> None:
    class Above(Strategy):
        level = tf.param(1, 1, 1000)

        def signals(self) -> Signals:
            return Signals(enter_long=close > self.level)

    told = run([Above(level=7, size=0.1), Above(level=9, size=0.1)], made([100.0] * 3)).parameters
    assert "7" in repr(told)
    assert "9" in repr(told)


# -- finer bars ---------------------------------------------------------------------------------------------------

BOTH = [FLAT, (100.0, 103.0, 97.0, 100.0)]
GUARDED = strategy({"stop_loss": 0.02, "take_profit": 0.02}, enter_long=close > 0)


def minutes(path: list[tuple[int, float]], symbol: str = "AAA/USDT", opening: float = 100.0) -> Bars:
    """Minutes of the second hour: (minute, close), each opening at the close before."""
    opens = [opening, *(price for _, price in path[:-1])]
    rows = [(o, max(o, c), min(o, c), c) for o, (_, c) in zip(opens, path, strict=True)]
    return made(rows, symbol, f"{MONDAY}T01:00", "1m", [minute for minute, _ in path])


@pytest.mark.parametrize(
    ("path", "reason", "price", "minute"),
    [
        ([(0, 100.0), (20, 103.0), (40, 97.0)], "take_profit", 102.0, 20),
        ([(0, 100.0), (20, 97.0), (40, 103.0)], "stop_loss", 98.0, 20),
    ],
)
def test_finer_bars_tell_which_level_was_first(
    path: list[tuple[int, float]], reason: str, price: float, minute: int
) -> None:
    rough, fine = run(GUARDED, made(BOTH)), run(GUARDED, made(BOTH), detail=minutes(path))
    assert (column(rough, "exit_reason"), rough.counts["ambiguous_exits"]) == (["stop_loss"], 1)
    assert (column(fine, "exit_reason"), fine.counts["ambiguous_exits"]) == ([reason], 0)
    assert fine.counts["resolved_exits"] == 1
    assert column(fine, "exit_price") == [price]
    assert fine.ledger.exit_time.tolist() == [parse_time(MONDAY) + HOUR + minute * HOUR // 60]


def test_where_no_finer_bar_reaches_a_level_the_bar_decides() -> None:
    fine = run(GUARDED, made(BOTH), detail=minutes([(10, 101.0), (11, 99.0)]))
    assert column(fine, "exit_reason") == ["stop_loss"]
    assert fine.counts["ambiguous_exits"] == 1


def test_trades_are_in_order_of_exit_within_a_bar_too() -> None:
    names = ("A/USDT", "B/USDT")
    source = Finer(minutes([(40, 103.0)], names[0]), minutes([(10, 97.0)], names[1]))
    one = strategy({"size": 0.3, "stop_loss": 0.02, "take_profit": 0.02}, enter_long=close > 0)
    result = run(one, {name: made(BOTH, name) for name in names}, detail="1m", source=source)
    assert len(result.trades) == 2
    assert result.trades["exit_time"].is_sorted()


def test_open_of_the_first_finer_bar_passes_a_level_too() -> None:
    # The minutes before are absent, so it does not open where the bar does.
    gap = minutes([(30, 97.0)], opening=103.0)
    assert column(run(GUARDED, made(BOTH), detail=gap), "exit_price") == [103.0]


def test_stop_that_the_bar_reaches_is_taken_though_finer_bars_show_only_the_target() -> None:
    half = strategy({"stop_loss": 0.02}, enter_long=close > 0, scale_out=[(0.02, 0.5)])
    result = run(half, made(BOTH), detail=minutes([(0, 100.0), (10, 102.5)]))
    assert column(result, "exit_reason") == ["take_profit", "stop_loss"]


# -- limit entries and parts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bar", "price"),
    [
        ((100.0, 100.0, 99.0, 100.0), None),
        ((100.0, 100.0, 98.9, 100.0), 99.0),
        ((98.0, 98.5, 97.5, 98.0), 98.0),
    ],
)
def test_limit_entry_fills_where_the_bar_trades_through_it(bar: tuple[float, ...], price: float | None) -> None:
    one = strategy(enter_long=close == 100.0, limit=close * 0.99)
    result = run(one, made([FLAT, bar]), Account(maker=0.0, taker=0.01))
    assert column(result, "entry_price") == ([] if price is None else [price])
    assert column(result, "fees") == ([] if price is None else [0.0])


@pytest.mark.parametrize(("expiry", "filled"), [(1, False), (2, False), (3, True), (0, True)])
def test_limit_entry_rests_for_its_bars(expiry: int, filled: bool) -> None:
    one = strategy(enter_long=close > 100.5, limit=close - 2, expiry=expiry)
    prices = [(100.0, 101.0, 100.0, 101.0), FLAT, FLAT, (100.0, 100.0, 98.0, 100.0), FLAT]
    result = run(one, made(prices))
    assert column(result, "entry_price") == ([99.0] if filled else [])
    assert result.counts["expired"] == (0 if filled else 1)


def test_parts_of_a_position_share_its_number() -> None:
    one = strategy({"stop_loss": 0.05}, enter_long=close < 100.5, scale_out=[(0.02, 0.5), (0.04, 0.25)])
    rising = [FLAT, FLAT, (101.0, 103.0, 101.0, 103.0), (103.0, 105.0, 103.0, 105.0), (105.0, 105.0, 90.0, 101.0)]
    result = run(one, made(rising), fee=0.001)
    assert column(result, "position") == [0, 0, 0]
    assert column(result, "exit_price") == [102.0, 104.0, 95.0]
    whole = 50.0
    assert column(result, "quantity") == [pytest.approx(whole * share) for share in (0.5, 0.25, 0.25)]
    assert final(result) == pytest.approx(10_000 + sum(column(result, "profit")))


def test_part_of_a_position_bears_its_share_of_the_funding_so_far() -> None:
    prices = [*[FLAT] * 10, (100.0, 103.0, 100.0, 100.0), *[FLAT] * 8]
    one = strategy(enter_long=close > 0, scale_out=[(0.02, 0.4)])
    result = run(one, made(prices), Account(market="perpetual", funding=0.001))
    assert column(result, "exit_reason") == ["take_profit", "open"]
    # 5 at 08:00 for all of it, 3 at 16:00 for the rest.
    assert column(result, "funding") == [pytest.approx(0.4 * 5), pytest.approx(0.6 * 5 + 3)]


# -- money is conserved -------------------------------------------------------------------------------------------

NAMES = ("open", "high", "low", "close")
FEE, RATE = 0.0005, 0.0002


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[dict[str, Bars], list[Strategy], Account]:
    """Some symbols with holes and ragged ends, some strategies and an account."""
    bars = {}
    for number in range(draw(st.integers(1, 4))):
        whole = tf.generate_bars("1h", days=25, seed=draw(st.integers(0, 10**6)), symbol=f"S{number}/USDT")
        first, hole = draw(st.integers(0, 200)), draw(st.integers(200, 450))
        kept = np.r_[first:hole, hole + draw(st.integers(0, 80)) : len(whole) - draw(st.integers(0, 60))]
        # Shaken, so that leverage is liquidated.
        bars[whole.symbol] = Bars(
            whole.time[kept], *((getattr(whole, name)[kept] / 100) ** 6 for name in NAMES),
            timeframe="1h", symbol=whole.symbol,
        )  # fmt: skip
    leverage = draw(st.sampled_from([1.0, 3.0, 20.0, 125.0]))
    account = Account(
        market="perpetual",
        leverage=leverage,
        funding=draw(st.sampled_from([0.0, RATE, -RATE])),
        liquidation_fee=draw(st.sampled_from([0.0, 0.01])),
        max_open_positions=draw(st.integers(0, 3)),
        max_exposure=draw(st.sampled_from([0.0, 2.0])),
        spread=draw(st.sampled_from([0.0, 0.0005])),
    )
    up, down = crossed_above(ema(close, 4), ema(close, 12)), crossed_below(ema(close, 4), ema(close, 12))
    chosen = [
        strategy(
            {
                "side": draw(st.sampled_from(["long", "short", "both"])),
                "size": draw(st.floats(0.1, 1.0)) * leverage,
                "stop_loss": draw(st.sampled_from([0.0, 0.02])),
                "trailing_stop": draw(st.sampled_from([0.0, 0.03])),
                "cooldown": draw(st.sampled_from([0, 5])),
            },
            enter_long=up, exit_long=down, enter_short=down, exit_short=up, priority=-close,
            scale_out=draw(st.sampled_from([(), ((0.01, 0.5),), ((0.01, 0.3), (0.03, 0.7))])),
            **draw(st.sampled_from([{}, {"limit": close, "expiry": 4}])),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]  # fmt: skip
    return bars, chosen, account


def exactly(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def worth(result: Result, account: Account, until: int) -> Decimal:
    """Cash and positions at a time, from rows of trades and bars alone."""
    total, book = Decimal(10_000), result.ledger
    for row in range(len(book.side)):
        bars = result.all_bars[book.symbols[book.symbol_index[row]]]
        begun, closed = int(book.entry_time[row]), row < book.closed
        ended = int(book.exit_time[row]) if closed else until
        if begun >= until:
            continue
        side, quantity, entry = int(book.side[row]), exactly(book.quantity[row]), exactly(book.entry_price[row])
        wide = exactly(account.spread) if side < 0 else Decimal(0)  # type: ignore[arg-type]
        gone = closed and ended < until
        last = int(np.searchsorted(bars.time + HOUR, until, side="right")) - 1
        price = exactly(book.exit_price[row]) if gone else exactly(bars.close[last]) + wide
        total += side * quantity * (price - entry)
        total -= exactly(book.fees[row]) if gone else quantity * entry * exactly(FEE)
        # Funding at every eighth hour after the entry, up to the exit, at the open of the first bar from then on.
        due = -(-(begun + 1) // (8 * HOUR)) * 8 * HOUR
        while due <= ended:
            at = int(np.searchsorted(bars.time, due))
            if at == len(bars) or bars.time[at] >= until:
                break
            total -= side * quantity * (exactly(bars.open[at]) + wide) * exactly(account.funding)  # type: ignore[arg-type]
            due += 8 * HOUR
    return total


@settings(max_examples=40, deadline=None)
@given(portfolios())
def test_equity_of_every_day_is_cash_and_positions_less_what_was_paid(
    case: tuple[dict[str, Bars], list[Strategy], Account],
) -> None:
    bars, chosen, account = case
    result = run(chosen, bars, account, fee=FEE)
    book = result.ledger
    scale = 1e-10 * (10_000 + float(book.cost.sum()))
    times, equity = result.equity["time"].dt.epoch("ns").to_list(), result.equity["equity"].to_list()
    for time, found in zip(times, equity, strict=True):
        assert float(worth(result, account, time) - exactly(found)) == pytest.approx(0.0, abs=scale)
    brought = result.equity_by_symbol().drop("time").sum_horizontal().to_numpy()
    np.testing.assert_allclose(brought + 10_000, equity, atol=scale, rtol=0)
    assert 10_000 + book.profit.sum() == pytest.approx(equity[-1], abs=scale)
    liquidated = np.array([reason == "liquidation" for reason in column(result, "exit_reason")])
    lost = -(book.profit + book.funding) - book.cost * FEE
    assert np.all(lost[liquidated] <= book.cost[liquidated] / account.leverage + scale)


@settings(max_examples=15, deadline=None)
@given(portfolios())
def test_same_run_gives_the_same_bits(case: tuple[dict[str, Bars], list[Strategy], Account]) -> None:
    bars, chosen, account = case
    assert run(chosen, bars, account).as_dict("bar") == run(chosen, bars, account).as_dict("bar")
