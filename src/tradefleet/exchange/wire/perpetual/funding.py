"""Mark prices, funding and open interest of perpetuals."""

from __future__ import annotations

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import eight, milliseconds
from tradefleet.exchange.wire.perpetual import forms
from tradefleet.exchange.wire.perpetual.exchange_info import ONBOARD
from tradefleet.exchange.wire.perpetual.market import accounting_of
from tradefleet.exchange.wire.perpetual.market_data import now, tape_of
from tradefleet.exchange.wire.perpetual.reading import limit_of, optional_symbol, symbol_of, symbols_of, window_of

_INTEREST = "0.00010000"
_CAP = "0.02000000"
_HOURS = 8
_ALL = 1_000_000


def premium_index(call: Call) -> object:
    """GET /fapi/v1/premiumIndex: mark price, index price and the next funding."""
    named = optional_symbol(call)
    return [_premium(call, symbol) for symbol in symbols_of(call)] if named is None else _premium(call, named)


def _premium(call: Call, symbol: Symbol) -> dict[str, object]:
    tape = tape_of(call)
    mark = eight(tape.mark_price(symbol.name) or ZERO)
    time, rate = tape.next_funding(symbol.name)
    return {
        "symbol": symbol.name,
        "markPrice": mark,
        "indexPrice": mark,
        "estimatedSettlePrice": mark,
        "lastFundingRate": eight(rate),
        "interestRate": _INTEREST,
        "nextFundingTime": milliseconds(time),
        "time": now(call),
    }


def funding_rate(call: Call) -> object:
    """GET /fapi/v1/fundingRate: the fundings that have been."""
    window, limit = window_of(call.parameters), limit_of(call.parameters, 100, 1000)
    # The last before an end are found among all.
    count = limit if window.until is None or window.first else _ALL
    found = [
        (rate.time, symbol.name, rate)
        for symbol in symbols_of(call)
        for rate in tape_of(call).funding_rates(symbol.name, window.since, count)
        if window.holds(rate.time)
    ]
    found.sort(key=lambda row: row[:2])
    return [
        {
            "symbol": name,
            "fundingTime": milliseconds(time),
            "fundingRate": eight(rate.rate),
            "markPrice": eight(rate.mark),
        }
        for time, name, rate in window.pick(found, limit)
    ]


def funding_info(call: Call) -> object:
    """GET /fapi/v1/fundingInfo."""
    return [
        {
            "symbol": symbol.name,
            "adjustedFundingRateCap": _CAP,
            "adjustedFundingRateFloor": f"-{_CAP}",
            "fundingIntervalHours": _HOURS,
            "disclaimer": False,
            "updateTime": ONBOARD,
        }
        for symbol in call.exchange.perpetual.symbols.values()
    ]


def open_interest(call: Call) -> object:
    """GET /fapi/v1/openInterest: what the exchange's own accounts hold, long and short."""
    symbol = symbol_of(call)
    held = sum((abs(position.amount) for position in accounting_of(call).positions.on(symbol.name)), ZERO)
    return {"openInterest": forms.quantity(symbol, held), "symbol": symbol.name, "time": now(call)}
