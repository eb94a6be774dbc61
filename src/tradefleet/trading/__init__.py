"""Positions and orders: sizes and accounts here, later their lifecycles."""

from tradefleet.trading.account import Account, account_from
from tradefleet.trading.size import Size, amount, kelly, parse_size, risk, volatility

__all__ = ["Account", "Size", "account_from", "amount", "kelly", "parse_size", "risk", "volatility"]
