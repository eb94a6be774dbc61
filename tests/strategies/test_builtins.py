"""Each built-in makes the trades of a plain loop over textbook indicators, traded by the reference simulator."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars
from tradefleet.research import Result, Scope, Settings, run_backtest
from tradefleet.simulation.state import EXIT_REASONS
from tradefleet.strategies import builtin_strategies

from ..real_data import bitcoin_hours, bitcoin_minutes
from ..simulation.reference import Bar, Costs, Reference, Terms, Told, Wish
from . import plain_indicators as plain

# Enter long, exit long, enter short, exit short at each bar.
Rules = list[tuple[bool, bool, bool, bool]]


def crosses(a: Any, b: Any) -> Rules:
    count = len(a)
    ups, downs = [plain.above(a, b, i) for i in range(count)], [plain.below(a, b, i) for i in range(count)]
    return list(zip(ups, downs, downs, ups, strict=True))


def ema_cross(bars: Bars, fast: int = 12, slow: int = 26) -> Rules:
    close = bars.close.tolist()
    return crosses(plain.ema(close, fast), plain.ema(close, slow))


def sma_cross(bars: Bars, fast: int = 20, slow: int = 50) -> Rules:
    close = bars.close.tolist()
    return crosses(plain.sma(close, fast), plain.sma(close, slow))


def macd_trend(bars: Bars, fast: int = 12, slow: int = 26, signal: int = 9) -> Rules:
    histogram = plain.macd_histogram(bars.close.tolist(), fast, slow, signal)
    return crosses(histogram, [0.0] * len(histogram))


def rsi_reversion(bars: Bars, period: int = 14, entry: float = 30.0, exit: float = 55.0) -> Rules:  # noqa: A002
    strength = plain.rsi(bars.close.tolist(), period)

    def level(value: float) -> list[float]:
        return [value] * len(strength)

    return [
        (
            plain.above(strength, level(entry), i),
            plain.above(strength, level(exit), i),
            plain.below(strength, level(100 - entry), i),
            plain.below(strength, level(100 - exit), i),
        )
        for i in range(len(strength))
    ]


def bollinger_reversion(bars: Bars, period: int = 20, width: float = 2.0) -> Rules:
    close = bars.close.tolist()
    upper, middle, lower = plain.bands(close, period, width)
    return [
        (
            plain.above(close, lower, i),
            plain.above(close, middle, i),
            plain.below(close, upper, i),
            plain.below(close, middle, i),
        )
        for i in range(len(close))
    ]


def donchian_breakout(bars: Bars, entry: int = 20, exit: int = 10) -> Rules:  # noqa: A002
    close = bars.close.tolist()
    high, low = bars.high.tolist(), bars.low.tolist()
    rules: Rules = [(False, False, False, False)] * max(entry, exit)
    for i in range(max(entry, exit), len(close)):
        top, bottom = max(high[i - entry : i]), min(low[i - entry : i])
        rules.append(
            (close[i] > top, close[i] < min(low[i - exit : i]), close[i] < bottom, close[i] > max(high[i - exit : i]))
        )
    return rules


def supertrend(bars: Bars, period: int = 10, multiplier: float = 3.0) -> Rules:
    trend = plain.supertrend(bars.high.tolist(), bars.low.tolist(), bars.close.tolist(), period, multiplier)
    return crosses(trend, [0] * len(trend))


def buy_and_hold(bars: Bars, side: str) -> Rules:
    return [(side != "short", False, side == "short", False)] * len(bars)


def weighted_score(bars: Bars, threshold: float = 6.0, exit_threshold: float = 3.0) -> Rules:
    """By the built-in weights; it decides once all conditions are known."""
    close, high, low, volume = (column.tolist() for column in (bars.close, bars.high, bars.low, bars.volume))
    slow, middle, busy = plain.sma(close, 200), plain.sma(close, 50), plain.sma(volume, 20)
    fast, late = plain.ema(close, 9), plain.ema(close, 21)
    strength, histogram = plain.rsi(close, 14), plain.macd_histogram(close, 12, 26, 9)
    trending = plain.adx(high, low, close, 14)

    def score(i: int, sign: int) -> float:
        both = 1.0 * (trending[i] > 25) + 1.0 * (volume[i] > busy[i])  # type: ignore[operator]
        pairs = ((close, middle), (fast, late), (histogram, [0.0] * len(close)), (strength, [50.0] * len(close)))
        total = both + sum(1.0 for a, b in pairs if sign * (a[i] - b[i]) > 0)  # type: ignore[operator]
        total += 2.0 * (sign * (close[i] - slow[i]) > 0)  # type: ignore[operator]
        beyond = close[i] > max(high[i - 20 : i]) if sign == 1 else close[i] < min(low[i - 20 : i])
        return total + 2.0 * beyond

    rules: Rules = [(False, False, False, False)] * min(200, len(close))
    for i in range(200, len(close)):
        sides = []
        for sign in (1, -1):
            before, now = score(i - 1, sign), score(i, sign)
            sides += [before < threshold <= now, now < exit_threshold]
        rules.append(tuple(sides))  # type: ignore[arg-type]
    return rules


PLAIN: dict[str, Callable[..., Rules]] = {
    f.__name__: f
    for f in (
        ema_cross,
        sma_cross,
        macd_trend,
        rsi_reversion,
        bollinger_reversion,
        donchian_breakout,
        supertrend,
        buy_and_hold,
        weighted_score,
    )
}
SOURCES: dict[str, Callable[[], Bars]] = {
    "bitcoin hours": lambda: bitcoin_hours()[20_000:27_000],
    "bitcoin minutes": lambda: bitcoin_minutes(6_000),
    "generated": lambda: generate_bars("1h", days=300, seed=2),
}
# Own parameters that are not the defaults, by strategy, and levels by side.
OWN: dict[str, dict[str, Any]] = {
    "ema_cross": {"fast": 5, "slow": 40},
    "sma_cross": {"fast": 7, "slow": 21},
    "macd_trend": {"fast": 6, "slow": 19, "signal": 5},
    "rsi_reversion": {"period": 7, "entry": 25.0, "exit": 100.0},
    "bollinger_reversion": {"period": 30, "width": 1.5},
    "donchian_breakout": {"entry": 12, "exit": 30},
    "supertrend": {"period": 7, "multiplier": 2.0},
    "buy_and_hold": {},
    "weighted_score": {"threshold": 8.0, "exit_threshold": 5.0},
}
LEVELS: dict[str, dict[str, Any]] = {
    "long": {"stop_loss": 0.01, "take_profit": 0.025},
    "short": {"stop_loss": 0.015, "reward_risk": 2.0, "max_bars": 40},
    "both": {"trailing_stop": 0.02, "stop_loss": 0.03},
}
FEE, SLIPPAGE, CASH = 0.00075, 0.0002, 9_876.54321


def refer(bars: Bars, rules: Rules, side: str, levels: dict[str, Any], size: float) -> Reference:
    """The trades of some rules by the reference simulator."""
    assert bars.instrument.tick == Decimal("0.01")
    costs = Costs(taker=FEE, maker=FEE, slippage=SLIPPAGE, tick=Decimal("0.01"))
    reference = Reference([Terms(costs, bars.timeframe.nanoseconds, side)], CASH)
    target = levels.get("take_profit", levels.get("reward_risk", 0.0) * levels.get("stop_loss", 0.0))
    numbers = {name: levels.get(name, 0.0) for name in ("stop_loss", "trailing_stop", "max_bars")}
    columns = (bars.time, bars.open, bars.high, bars.low, bars.close)
    for (time, *prices), flags in zip(zip(*(c.tolist() for c in columns), strict=True), rules, strict=True):
        bar = Bar(*prices)
        reference.feed(time, {0: Told(bar, bar, 0.0, 1.0, Wish(*flags, take_profit=target, size=size, **numbers))})
    return reference


def assert_same_trades(result: Result, reference: Reference) -> None:
    ledger, expected = result.ledger, reference.trades
    closed = slice(0, ledger.closed)
    for name in ("side", "entry_bar", "exit_bar", "entry_time", "exit_time"):
        assert getattr(ledger, name)[closed].tolist() == [trade[name] for trade in expected], name
    assert [EXIT_REASONS[r] for r in ledger.reason[closed].tolist()] == [trade["reason"] for trade in expected]
    for name in ("entry_price", "exit_price", "quantity", "fees"):
        np.testing.assert_allclose(getattr(ledger, name)[closed], [trade[name] for trade in expected], rtol=1e-9)
    notional = ledger.entry_price[closed] * ledger.quantity[closed]
    assert np.all(np.abs(ledger.profit[closed] - [trade["profit"] for trade in expected]) <= 1e-9 * notional)
    assert (len(ledger.side) > ledger.closed) == (reference.legs[0].held is not None)
    np.testing.assert_allclose(result.per_bar(), reference.equity, rtol=1e-9)


def test_every_builtin_has_a_plain_loop() -> None:
    assert sorted(PLAIN) == sorted(OWN) == sorted(builtin_strategies())


@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize("side", ["long", "short", "both"])
@pytest.mark.parametrize("name", sorted(PLAIN))
def test_builtin_trades_as_a_plain_loop_does(name: str, side: str, source: str) -> None:
    bars = SOURCES[source]()
    settings = Settings(CASH, FEE, SLIPPAGE)
    strategy = builtin_strategies()[name]
    for own, levels in (({}, {}), (OWN[name], LEVELS[side])):
        result = run_backtest(strategy(side=side, size=0.9, **own, **levels), bars, settings)
        # To hold is to have no trade but the open one, unless a level ends it.
        assert result.ledger.closed > 5 or (name == "buy_and_hold" and not levels)
        rules = PLAIN[name](bars, side) if name == "buy_and_hold" else PLAIN[name](bars, **own)
        assert_same_trades(result, refer(bars, rules, side, levels, 0.9))


@pytest.mark.parametrize("side", ["long", "short"])
def test_buy_and_hold_is_in_from_the_first_bar_after_since_to_the_end(side: str) -> None:
    bars = generate_bars("1h", days=30, seed=4)
    since = bars.time[100]
    ledger = run_backtest(
        builtin_strategies()["buy_and_hold"](side=side), bars, Settings(CASH), Scope(since=since)
    ).ledger
    assert (ledger.side.tolist(), ledger.closed) == ([1 if side == "long" else -1], 0)
    assert ledger.entry_time.tolist() == [bars.time[101]]
