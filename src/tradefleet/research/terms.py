"""From an account and a strategy to what the simulators go by: costs and steps, constants, funding, conversion."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tradefleet.graph.constant import CONSTANT
from tradefleet.graph.node import Node
from tradefleet.market.bars import Bars, Floats
from tradefleet.market.errors import DataError, InternalError, ParameterError
from tradefleet.market.time import DAY, SECOND, TimeLike, format_time
from tradefleet.research.data import Data, last_known
from tradefleet.research.settings import Settings
from tradefleet.simulation.columns import BarColumns, Detail
from tradefleet.simulation.rules.carry import Carry, constant_funding, funding_of, merged, nightly_swap, no_carry
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.margin import margin_of
from tradefleet.simulation.rules.sizing import AMOUNT, FRACTION, KELLY, RISK, VOLATILITY, Lots
from tradefleet.simulation.rules.slippage import Slippage
from tradefleet.simulation.rules.steps import steps_of
from tradefleet.simulation.state import NEVER, Limits, Market, Policy, Sizing
from tradefleet.strategies.trace import Traced
from tradefleet.trading.account import Account
from tradefleet.trading.conversions import conversion_of, currencies_of
from tradefleet.trading.size import Size

_KINDS = {"fraction": FRACTION, "amount": AMOUNT, "risk": RISK, "volatility": VOLATILITY, "kelly": KELLY}
_NO_BARS = BarColumns(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0), np.empty(0))


def market_terms(bars: Bars, settings: Settings, days_a_year: int) -> Market:
    """Costs, steps and margin of an instrument in the account."""
    account = settings.account
    instrument = account.instrument(bars.instrument)
    lowest = float(bars.low.min())
    if instrument.tick is not None and lowest < instrument.tick:
        raise DataError(
            f"prices go down to {lowest:g}, less than one tick of {instrument.tick}",
            where=f"{bars.symbol} {bars.timeframe}",
            cure="give the instrument its right tick",
        )
    minimum = 0.0 if instrument.min_notional is None else float(instrument.min_notional)
    return Market(
        fees=Fees(settings.maker, settings.taker, account.commission_of(bars.symbol)),
        slippage=Slippage(settings.slipping, account.slippage_range, account.slippage_impact),
        tick=steps_of(instrument.tick),
        lots=Lots(steps_of(instrument.lot), minimum),
        margin=margin_of(account.leverage, account.tiers, account.liquidation_fee, account.liquidates),
        timeframe=bars.timeframe.nanoseconds,
        bars_per_year=days_a_year * DAY / bars.timeframe.nanoseconds,
    )


def policy_of(traced: Traced, account: Account) -> Policy:
    """What is constant in a traced strategy."""
    levels = traced.levels
    _check_leverage(traced, account)
    return Policy(
        sizing=_sizing(traced.size),
        scale_out=np.array(traced.scale_out, np.float64).reshape(-1, 2),
        aging=np.array(traced.aging, np.float64).reshape(-1, 2),
        pyramiding=int(_constant(levels.pyramiding)),
        cooldown=_constant(levels.cooldown),
        limit_entries=traced.limit_entries,
    )


def _check_leverage(traced: Traced, account: Account) -> None:
    """Refuse a size that no cash pays for."""
    node = traced.levels.size
    if traced.size.kind != "fraction" or node.call.operation is not CONSTANT:
        return
    size = _constant(node)
    if size > account.leverage:
        raise ParameterError(
            f"size is {size:g}, more than {account.leverage:g} times the equity",
            cure="give a fraction such as 0.99, or an account with leverage",
        )


def _constant(node: Node) -> float:
    if node.call.operation is not CONSTANT:
        raise InternalError(f"{node!r} is not constant")
    return float(node.call.parameters[0])


def _sizing(size: Size) -> Sizing:
    kind = _KINDS[size.kind]
    if kind == VOLATILITY:
        return Sizing(kind, size.option("most"), size.value, 0.0, 0.0, 0.0)
    if kind == KELLY:
        options = (size.option("cap"), size.option("trades"), size.option("floor"))
        return Sizing(kind, 0.0, size.value, *options)
    return Sizing(kind, 0.0, 0.0, 0.0, 0.0, 0.0)


def limits_of(account: Account) -> Limits:
    """What the account allows all legs together."""
    return Limits(account.max_open_positions, account.max_exposure, account.max_symbol_exposure)


def carry_of(bars: Bars, account: Account, data: Data) -> Carry:
    """The funding and swaps of a symbol over its bars; the last row never falls due."""
    first, last = int(bars.time[0]), int(bars.time[-1]) + bars.timeframe.nanoseconds
    funding = account.of_symbol("funding", bars.symbol)
    found = no_carry()
    if isinstance(funding, str):
        series = data.series_of(funding)
        # Venues stamp a funding some milliseconds after the hour it is for.
        times = series.time - series.time % SECOND
        due = (times >= first) & (times < last)
        if not due.any():
            raise DataError(
                f"the funding series '{series.name}' has no rate while the bars last",
                where=bars.symbol,
                cure="give the rates of that time",
            )
        wild = due & (np.abs(series.value) > 1.0)
        if wild.any():
            row = int(np.argmax(wild))
            raise DataError(
                f"the funding series '{series.name}' has a rate of {series.value[row]:g}",
                where=f"{bars.symbol} at {format_time(int(series.time[row]))}",
                cure="give fractions: 0.0001 is a hundredth of a percent",
            )
        found = funding_of(times[due], series.value[due])
    elif funding != 0.0:
        found = constant_funding(float(funding), first, last, account.funding_length)
    long, short = (float(account.of_symbol(name, bars.symbol)) for name in ("swap_long", "swap_short"))
    if long or short:
        wall, zone = account.rollover
        found = merged(found, nightly_swap(long, short, first, last, at=wall, zone=zone, triple=account.triple_weekday))
    return merged(found, Carry(np.array([NEVER]), np.zeros(1), np.zeros(1), np.zeros(1)))


def rate_of(bars: Bars, account: Account, data: Data, until: TimeLike | None) -> Floats:
    """What a unit of the quote currency is worth in the account's, at each close; one value where it is constant."""
    conversion = conversion_of(account, bars.symbol)
    if conversion.kind == "inverse":
        return 1.0 / bars.close
    if conversion.kind != "series":
        return np.array([conversion.rate])
    other = data.bars_of(conversion.symbol, bars.timeframe, until)
    ends = bars.time + bars.timeframe.nanoseconds
    rows = np.searchsorted(other.time + other.timeframe.nanoseconds, ends, side="right") - 1
    if rows[0] < 0:
        raise DataError(
            f"the bars of {conversion.symbol} begin after those of {bars.symbol}", cure="import longer ones, or --since"
        )
    closes = other.close[rows]
    return 1.0 / closes if conversion.inverted else closes


def check_currencies(symbols: Iterable[str], account: Account) -> None:
    """Refuse several quote currencies without one of the account."""
    quotes = sorted({pair[1] for pair in map(currencies_of, symbols) if pair is not None})
    if account.currency is None and len(quotes) > 1:
        raise ParameterError(
            f"the symbols are quoted in {' and '.join(quotes)}",
            cure=f'name the account\'s currency and how to convert: currency = "{quotes[0]}", conversion = {{ ... }}',
        )


def ask_of(bars: Bars, account: Account, data: Data, until: TimeLike | None) -> BarColumns | None:
    """The ask side of bid bars, at the same times; None where there is no spread."""
    spread = account.of_symbol("spread", bars.symbol)
    name = (account.ask or {}).get(bars.symbol)
    if name is not None:
        other = data.bars_of(name, bars.timeframe, until)
        rows = np.searchsorted(other.time, bars.time)
        known = rows < len(other)
        known[known] = other.time[rows[known]] == bars.time[known]
        if not known.all():
            raise DataError(
                f"{int((~known).sum()):,} bars of {bars.symbol} have no ask bar in {name}",
                where=f"{bars.symbol} {bars.timeframe}",
                cure="import the ask bars of the same times, or drop those of the bid",
            )
        return BarColumns(bars.time, other.open[rows], other.high[rows], other.low[rows], other.close[rows])
    if isinstance(spread, str):
        series = data.series_of(spread)
        wide = last_known(series, bars.time, bars.symbol)
        if wide.min() < 0.0:
            raise DataError(
                f"the spread series '{series.name}' goes down to {wide.min():g}",
                where=bars.symbol,
                cure="give ask - bid in price, 0 or more",
            )
        return BarColumns(bars.time, *(getattr(bars, side) + wide for side in ("open", "high", "low", "close")))
    if spread == 0.0:
        return None
    return BarColumns(bars.time, *(getattr(bars, side) + spread for side in ("open", "high", "low", "close")))


def no_detail() -> Detail:
    """No finer bars."""
    return Detail(_NO_BARS, np.empty(0, np.int64))


def detail_of(bars: Bars, finer: Bars) -> Detail:
    """The finer bars within each of some bars."""
    if bars.timeframe.nanoseconds % finer.timeframe.nanoseconds or bars.timeframe == finer.timeframe:
        raise ParameterError(
            f"{finer.timeframe} bars are no parts of {bars.timeframe} bars", cure="choose a shorter timeframe that fits"
        )
    rows = np.searchsorted(bars.time, finer.time, side="right") - 1
    inside = rows >= 0
    inside[inside] = finer.time[inside] < bars.time[rows[inside]] + bars.timeframe.nanoseconds
    if not inside.any():
        raise DataError(
            f"no {finer.timeframe} bar lies within the {bars.timeframe} bars",
            where=bars.symbol,
            cure="import finer bars of the same time",
        )
    start = np.append(np.searchsorted(rows[inside], np.arange(len(bars))), int(inside.sum())).astype(np.int64)
    names = ("time", "open", "high", "low", "close")
    return Detail(BarColumns(*(np.ascontiguousarray(getattr(finer, name)[inside]) for name in names)), start)
