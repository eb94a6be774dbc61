"""Positions and orders: sizes here, later their lifecycles."""

from tradefleet.trading.size import Size, amount, parse_size, risk

__all__ = ["Size", "amount", "parse_size", "risk"]
