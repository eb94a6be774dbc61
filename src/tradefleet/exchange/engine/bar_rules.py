"""The float rules of a bar, asked about orders: which levels it reaches, and at what exact price they fill."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tradefleet.exchange.engine.amounts import from_float
from tradefleet.exchange.engine.orders import Order, Side, TriggerKind
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.engine.triggers import rising, wake_price
from tradefleet.simulation.rules.limit_order import limit_fills
from tradefleet.simulation.rules.market_order import slipped
from tradefleet.simulation.rules.steps import steps_of
from tradefleet.simulation.rules.stop_loss import stop_touched
from tradefleet.simulation.rules.take_profit import target_passed


@dataclass(frozen=True, slots=True)
class PlayedBar:
    """A bar as the exchange plays it; `open_time` in UTC nanoseconds, `volume` in base currency."""

    open_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    @property
    def path(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Open, the nearer extreme, the other one, close.

        >>> bar = PlayedBar(0, Decimal(10), Decimal(14), Decimal(9), Decimal(12), Decimal(1))
        >>> [int(price) for price in bar.path]
        [10, 9, 14, 12]
        """
        up_first = self.high - self.open < self.open - self.low
        near, far = (self.high, self.low) if up_first else (self.low, self.high)
        return self.open, near, far, self.close

    @property
    def opening(self) -> PlayedBar:
        """The bar as it is at its open: a bar of one price."""
        return PlayedBar(self.open_time, self.open, self.open, self.open, self.open, self.volume)

    @property
    def closing(self) -> PlayedBar:
        """What is left of the bar at its close: a bar of one price."""
        return PlayedBar(self.open_time, self.close, self.close, self.close, self.close, self.volume)


class Liquidation(NamedTuple):
    """Where a position is liquidated; `sign` is 1 where a fall to the price does it, -1 where a rise does."""

    account: str
    position_side: str
    sign: int
    price: Decimal


def slipped_price(price: Decimal, side: Side, slippage: float, symbol: Symbol) -> Decimal:
    """What a market order gets at a price.

    >>> from tradefleet.exchange.engine.symbols import make_symbol
    >>> slipped_price(Decimal(100), Side.SELL, 0.001, make_symbol("BTC"))
    Decimal('99.9')
    """
    return from_float(slipped(float(price), float(side.sign), slippage, steps_of(symbol.tick)), symbol.tick)


def trades_through(order: Order, bar: PlayedBar) -> bool:
    """Whether the bar trades through the price of a limit order."""
    limit = order.request.limit_price
    return limit is not None and limit_fills(float(order.side.sign), float(bar.low), float(bar.high), float(limit))


def limit_gets(order: Order, bar: PlayedBar) -> Decimal:
    """What a limit order that the bar trades through gets: its price, or the open where that is better."""
    limit = order.request.limit_price
    if limit is None:
        raise ValueError(f"order {order.id} has no limit price")
    return min(bar.open, limit) if order.side is Side.BUY else max(bar.open, limit)


def wakes(order: Order, bar: PlayedBar) -> bool:
    """Whether a sleeping order with a fixed level wakes: a stop is touched, a take-profit is passed."""
    trigger = order.request.trigger
    if trigger is None or trigger.price is None or trigger.trail is not None:
        return False
    # A position that a fall to the level leaves is long.
    up = rising(order.request)
    if trigger.kind is TriggerKind.STOP:
        return stop_touched(-1.0 if up else 1.0, float(bar.low), float(bar.high), float(trigger.price))
    return target_passed(1.0 if up else -1.0, float(bar.low), float(bar.high), float(trigger.price))


def wake_gets(order: Order, bar: PlayedBar) -> Decimal:
    """The market's price when a sleeping order wakes: its level, or the open where that is beyond."""
    level = wake_price(order)
    if level is None:
        raise ValueError(f"order {order.id} has no level")
    return max(bar.open, level) if rising(order.request) else min(bar.open, level)


def is_stop(order: Order) -> bool:
    """Whether a conditional order is a stop, not a take-profit."""
    return order.request.trigger is not None and order.request.trigger.kind is TriggerKind.STOP


def liquidation_touched(found: Liquidation, bar: PlayedBar) -> bool:
    """Whether the bar touches the price where a position is liquidated."""
    return stop_touched(float(found.sign), float(bar.low), float(bar.high), float(found.price))


def liquidation_gets(found: Liquidation, bar: PlayedBar) -> Decimal:
    """What a liquidation gets: its price, or the open where that is beyond."""
    return min(bar.open, found.price) if found.sign > 0 else max(bar.open, found.price)


def between(price: Decimal, one: Decimal, other: Decimal) -> Decimal:
    """The price, or the nearer of two that it does not lie between.

    >>> between(Decimal(5), Decimal(9), Decimal(7))
    Decimal('7')
    """
    return sorted((price, one, other))[1]
