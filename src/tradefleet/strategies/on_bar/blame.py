"""Whose line it was: the error of a strategy that failed at a bar."""

from __future__ import annotations

from traceback import extract_tb

from tradefleet.market.errors import StrategyError, TradefleetError, UserError
from tradefleet.market.time import format_time
from tradefleet.strategies.strategy import Strategy


def strategy_failed(strategy: Strategy, method: str, error: Exception, time: int | None = None) -> Exception:
    """The error to raise for one that a strategy's method raised: it names class, line, symbol and the bar's time."""
    name, symbol = type(strategy).__name__, strategy.symbol
    scene = ", ".join(text for text in (symbol, "" if time is None else f"the bar of {format_time(time)}") if text)
    place = _place(strategy, method, error)
    where = f"{place} ({scene})" if place and scene else place or scene
    if isinstance(error, UserError):
        error.message = f"{method} of {name}: {error.message}"
        error.where = error.where or where
        return error
    if isinstance(error, TradefleetError):
        return error
    return StrategyError(
        f"{method} of {name} raised {type(error).__name__}: {error}", where=where, cure="mend the strategy at that line"
    )


def _place(strategy: Strategy, method: str, error: Exception) -> str:
    """File and line of the last frame in the file of the strategy's method, or where that begins."""
    code = getattr(getattr(type(strategy), method), "__code__", None)
    if code is None:
        return ""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == code.co_filename]
    return f"{code.co_filename}:{lines[-1] if lines else code.co_firstlineno}"
