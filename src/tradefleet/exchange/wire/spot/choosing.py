"""Symbols that a request names: one, some or all; and what that weighs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.exchange.wire.spot.reading import both_missing

_MOST_SYMBOLS = 100
_PER_SYMBOL, _MOST_WEIGHT = 4, 200


def names_of(parameters: Parameters) -> list[str] | None:
    """The symbols that are named by `symbol` or `symbols`; None for all."""
    if "symbol" in parameters and "symbols" in parameters:
        raise Reject(-1128, "Combination of optional parameters invalid.")
    if "symbol" in parameters:
        return [parameters.symbol()]
    if "symbols" not in parameters:
        return None
    try:
        names = msgspec.json.decode(parameters.text("symbols"), type=list[str])
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Reject(
            -1100,
            "Illegal characters found in parameter 'symbols'; legal range is "
            '\'^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$\'.',
        ) from None
    if len(set(names)) < len(names):
        raise Reject(-1151, "Symbol is present multiple times in the list.")
    return names


def answered(call: Call, make: Callable[[Symbol], Payload]) -> object:
    """One object where one symbol is named, else a list."""
    names = names_of(call.parameters)
    symbols = call.exchange.spot.symbols
    if names is None:
        return [make(symbol) for symbol in symbols.values()]
    if not all(name in symbols for name in names):
        raise Reject(-1121, "Invalid symbol.")
    for name in names:
        call.exchange.need(Market.SPOT, name)
    made = [make(symbols[name]) for name in names]
    return made[0] if "symbol" in call.parameters else made


def refuse_all(parameters: Parameters) -> None:
    """Refuse a request that names no symbol, or too many."""
    names = names_of(parameters)
    if names is None:
        raise both_missing("symbol", "symbols")
    if len(names) > _MOST_SYMBOLS:
        raise Reject(-1101, f"Too many parameters; expected '{_MOST_SYMBOLS}' and received '{len(names)}'.")


def day_weight(parameters: Parameters) -> int:
    """Weight of tickers of the last day, by how many symbols are named."""
    if "symbol" in parameters:
        return 2
    named = _named(parameters)
    return 2 if 0 < named <= 20 else 40 if 0 < named <= 100 else 80


def few_weight(parameters: Parameters) -> int:
    """Weight of prices and best bids and asks."""
    return 2 if "symbol" in parameters else 4


def window_weight(parameters: Parameters) -> int:
    """Weight of tickers of windows: by the symbol."""
    return min(_PER_SYMBOL * max(_named(parameters), 1), _MOST_WEIGHT)


def _named(parameters: Parameters) -> int:
    """How many symbols are named, by a glance at the text."""
    return parameters["symbols"].count(",") + 1 if "symbols" in parameters else 0
