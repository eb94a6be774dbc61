"""What strategies decide, bar by bar and by conditions, that they could not know; and from run to run."""

from __future__ import annotations

import random
from itertools import count

import numpy as np
import pytest
from tests.research.check import leaks
from tests.research.check.leaks import HOURS, OfArrays, long_when

from tradefleet.graph import Node, close, series
from tradefleet.graph.node import call
from tradefleet.indicators import ema
from tradefleet.market.bars import Bars
from tradefleet.market.errors import StrategyError
from tradefleet.market.series import Series
from tradefleet.market.time import HOUR
from tradefleet.research import Data
from tradefleet.research.check import CheckResult, run_check
from tradefleet.strategies import DonchianBreakout, EmaCross, Signals, Strategy
from tradefleet.strategies.on_bar import Bar, TradingAccount

BARS = {HOURS.symbol: HOURS}


def check(strategy: Strategy, **data: Series) -> CheckResult:
    return run_check([strategy], BARS, data=Data({}, series=data))


@pytest.mark.parametrize(("strategy", "bars"), [(leaks.NextClose(), 1), (leaks.CountsAhead(), 5)])
def test_bars_kept_from_elsewhere_are_found_where_they_tell_the_future(strategy: Strategy, bars: int) -> None:
    (found,) = check(strategy).errors
    assert (found.kind, found.column, found.bars_ahead) == ("look_ahead", "on_bar", bars)
    assert "leaks.py" in found.where and "not given" in found.message


def test_bars_kept_from_elsewhere_that_are_over_are_no_error() -> None:
    assert check(leaks.KnowsThePast()).clean


def test_an_indicator_that_looks_ahead_is_named() -> None:
    result = check(leaks.ByIndicator())
    (found,) = result.errors
    assert (found.column, found.bars_ahead) == ("coming", 2)
    assert result.examined[0].decisions > 0


def test_an_array_that_an_operation_has_kept_is_found() -> None:
    kept: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}

    def keep(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> object:
        kept["closes"] = x
        return x

    class LooksOn(Strategy):
        def indicators(self) -> dict[str, Node]:
            return {"last": call(OfArrays("kept", keep), (close,)).nodes[0]}

        def start(self) -> None:
            self.bars = 0

        def on_bar(self, bar: Bar, account: TradingAccount) -> None:
            self.bars += 1
            if self.bars < len(kept["closes"]) and kept["closes"][self.bars] > bar.close:
                account.enter("long", max_bars=1)

    (found,) = check(LooksOn()).errors
    assert (found.kind, found.column, found.value) == ("look_ahead", "on_bar", "enter long, max_bars=1.0")
    assert found.known == "nothing" and "later" in found.message
    rises = np.flatnonzero(np.diff(HOURS.close) > 0)
    assert found.first_time in HOURS.time[rises[:20]]


def test_what_an_earlier_run_has_left_behind_is_found() -> None:
    (found,) = check(leaks.Remembers()).errors
    assert (found.kind, found.column) == ("repeatability", "on_bar")
    assert (found.value, found.known) == ("nothing", "enter long, max_bars=1.0")
    assert found.first_time is not None and found.first_time < HOURS.time[20]


def test_an_on_bar_strategy_that_keeps_to_its_bars_is_clean() -> None:
    class Cross(Strategy):
        def indicators(self) -> dict[str, Node]:
            return {"fast": ema(close, 5), "slow": ema(close, 20)}

        def start(self) -> None:
            self.closes: list[float] = []

        def on_bar(self, bar: Bar, account: TradingAccount) -> None:
            self.closes.append(bar.close)
            if bar.fast > bar.slow and bar.close >= max(self.closes[-10:]) and not account.position:
                account.enter("long", stop_loss=0.02)
            elif bar.fast < bar.slow and account.position:
                account.exit()
            elif not account.orders and not account.position:
                account.limit("buy", bar.close * 0.99, expiry=3)

    result = check(Cross())
    assert result.findings == ()
    assert result.examined[0].decisions > 50


def test_what_on_bar_raises_names_its_line() -> None:
    class Fails(Strategy):
        def on_bar(self, bar: Bar, account: TradingAccount) -> None:
            raise IndexError("too far")

    with pytest.raises(StrategyError, match="on_bar of Fails raised IndexError: too far") as raised:
        check(Fails())
    assert "test_decisions.py" in raised.value.where


def test_an_operation_with_data_of_its_own_is_found() -> None:
    coming = np.append(HOURS.close[2:], [1.0, 1.0])
    own = OfArrays("own", lambda x: coming[: len(x)])
    found = check(long_when(lambda: call(own, (close,)).nodes[0] > close)).errors
    assert ("look_ahead", "enter_long", 2) in [(each.kind, each.column, each.bars_ahead) for each in found]


def test_a_series_that_was_made_of_later_closes_is_found() -> None:
    class Reads(Strategy):
        def signals(self) -> Signals:
            return Signals(enter_long=series("tip") > close, exit_long=series("tip") < close)

    # The value of an hour is known at the close of the hour before.
    tip = Series("tip", HOURS.time, np.append(HOURS.close[3:], [1.0, 1.0, 1.0]))
    found = check(Reads(), tip=tip).errors
    assert {(each.kind, each.column, each.bars_ahead) for each in found} == {
        ("look_ahead", "enter_long", 4),
        ("look_ahead", "exit_long", 4),
    }
    honest = Series("tip", HOURS.time + HOUR, HOURS.close)
    assert check(Reads(), tip=honest).clean


def test_random_numbers_are_found() -> None:
    noise = OfArrays("noise", lambda x: np.random.default_rng().normal(size=len(x)))
    (found,) = check(long_when(lambda: call(noise, (close,)).nodes[0] > 1)).errors
    assert (found.kind, found.column, found.affects) == ("repeatability", "noise(close)", ("enter_long",))


def test_a_rule_that_is_another_each_time_is_found() -> None:
    numbers = count(90)
    (found,) = check(long_when(lambda: close > next(numbers))).errors
    assert (found.kind, found.column) == ("repeatability", "enter_long")
    draws = random.Random(1)
    (found,) = check(long_when(lambda: close > 1 + draws.random() / 1000)).errors
    assert "another expression" in found.message


def test_a_market_as_regular_as_a_wave_accuses_nobody() -> None:
    wave = np.round(100 + 10 * np.sin(np.arange(3000) / 9), 4)
    opens = np.concatenate((wave[:1], wave[:-1]))
    high, low = np.maximum(opens, wave), np.minimum(opens, wave)
    bars = Bars(HOURS.time, opens, high, low, wave, timeframe="1h", symbol="WAVE/USD")
    result = run_check([EmaCross(fast=3, slow=9), DonchianBreakout()], {bars.symbol: bars})
    assert result.clean, str(result)
