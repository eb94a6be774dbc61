"""What a strategy that acts bar by bar sees and may ask for."""

from tradefleet.strategies.on_bar.account import Order, Terms, TradingAccount
from tradefleet.strategies.on_bar.bar import Bar, bar_type
from tradefleet.strategies.on_bar.blame import strategy_failed
from tradefleet.strategies.on_bar.terms import indicators_of, trace_terms

__all__ = [
    "Bar",
    "Order",
    "Terms",
    "TradingAccount",
    "bar_type",
    "indicators_of",
    "strategy_failed",
    "trace_terms",
]
