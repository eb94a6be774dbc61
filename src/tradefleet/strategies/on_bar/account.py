"""The account as `on_bar` sees it: what is held, and what the strategy asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from tradefleet.market.errors import StrategyError, did_you_mean
from tradefleet.strategies.strategy import Strategy
from tradefleet.trading.size import Size, parse_size


class Terms(NamedTuple):
    """How an entry is meant; None is what the strategy's parameters say."""

    size: Size | None
    stop_loss: float | None
    take_profit: float | None
    trailing_stop: float | None
    break_even: float | None
    max_bars: float | None
    tag: str


class Order:
    """A resting limit order: `side` is "buy" or "sell"; `quantity` is 0.0 until `on_bar` has returned.

    `expiry` is the number of bars it rests for; 0 until it is cancelled.
    """

    __slots__ = ("expiry", "id", "price", "quantity", "side", "terms")

    def __init__(self, id: int, side: str, price: float, expiry: float, terms: Terms) -> None:  # noqa: A002
        self.id, self.side, self.price, self.quantity = id, side, price, 0.0
        self.expiry, self.terms = expiry, terms

    def __repr__(self) -> str:
        return f"Order(id={self.id}, side={self.side!r}, price={self.price!r}, quantity={self.quantity!r})"


class TradingAccount:
    """One leg's account at a close: read what is held, ask for orders; they are placed once `on_bar` has returned.

    `position` is the signed quantity (0.0 is flat) and `entry_price` its average price; `equity` is that of the whole
    account, `cash` what of it is free for entries.
    """

    __slots__ = (
        "_check",
        "_orders",
        "_placed",
        "_strategy",
        "cancelled",
        "cash",
        "enter_long",
        "enter_short",
        "entry_price",
        "equity",
        "leaves",
        "new",
        "position",
        "requests",
    )

    def __init__(self, strategy: Strategy, check: Callable[[Size], object]) -> None:
        # `check` refuses a size that the account cannot pay for.
        self._strategy, self._check = strategy, check
        self.position = self.entry_price = self.equity = self.cash = 0.0
        self._orders: list[Order] = []
        self._placed = 0
        # What is asked for at this close.
        self.requests = 0
        self.enter_long: Terms | None = None
        self.enter_short: Terms | None = None
        self.leaves = False
        self.new: list[Order] = []
        self.cancelled: list[Order] = []

    @property
    def orders(self) -> tuple[Order, ...]:
        """The resting limit orders, the oldest first, with those asked for at this close."""
        return tuple(self._orders)

    def enter(
        self,
        side: Literal["long", "short"],
        size: Size | float | str | None = None,
        *,
        stop_loss: float | None = None,
        take_profit: float | None = None,
        trailing_stop: float | None = None,
        break_even: float | None = None,
        max_bars: float | None = None,
        tag: str = "",
    ) -> None:
        """Enter at the next open, as an entry signal of this side would.

        What is None is taken from the strategy's parameters. Against a position it reverses where the strategy's side
        is "both"; in its direction it adds while `pyramiding` allows it.
        """
        terms = self._terms(size, stop_loss, take_profit, trailing_stop, break_even, max_bars, tag)
        if side not in ("long", "short"):
            raise StrategyError(f"enter was given the side {side!r}", cure=_side_cure(side, ("long", "short")))
        if (self.enter_long if side == "long" else self.enter_short) is not None:
            raise StrategyError(f'enter("{side}") was called twice at one close', cure="call it once, with its size")
        if side == "long":
            self.enter_long = terms
        else:
            self.enter_short = terms
        self.requests += 1

    def exit(self) -> None:
        """Leave the position at the next open; nothing where there is none."""
        self.leaves = True
        self.requests += 1

    def limit(
        self,
        side: Literal["buy", "sell"],
        price: float,
        size: Size | float | str | None = None,
        *,
        expiry: float = 0,
        stop_loss: float | None = None,
        take_profit: float | None = None,
        trailing_stop: float | None = None,
        break_even: float | None = None,
        max_bars: float | None = None,
        tag: str = "",
    ) -> Order:
        """Rest an order from the next bar on, for `expiry` bars (0: until cancelled); gives the order.

        It opens a position or adds to one of its direction; of one against it it takes off what it can, and never more.
        Its size is the strategy's where it is None, or the whole position where that is against it.
        """
        terms = self._terms(size, stop_loss, take_profit, trailing_stop, break_even, max_bars, tag)
        if side not in ("buy", "sell"):
            raise StrategyError(f"limit was given the side {side!r}", cure=_side_cure(side, ("buy", "sell")))
        bars = _number(expiry, "expiry")
        if not bars >= 0.0:
            raise StrategyError(f"expiry is {expiry!r}", cure="give a number of bars, or 0 for until cancelled")
        self._placed += 1
        order = Order(self._placed, side, _number(price, "price"), bars, terms)
        self._orders.append(order)
        self.new.append(order)
        self.requests += 1
        return order

    def cancel(self, order: Order | None = None) -> None:
        """Take back an order, or all of them; one that is no longer resting is let be."""
        if order is not None and not isinstance(order, Order):
            raise StrategyError(f"cancel was given {order!r}", cure="give one of account.orders, or nothing for all")
        gone = [each for each in self._orders if order is None or each is order]
        for each in gone:
            self._orders.remove(each)
            if each in self.new:
                self.new.remove(each)
            else:
                self.cancelled.append(each)
        self.requests += 1

    def gone(self, order: Order) -> None:
        """An order is filled, expired or refused."""
        self._orders.remove(order)

    def forget(self) -> None:
        """From here on it is noted anew what is asked for."""
        self.requests = 0
        self.enter_long = self.enter_short = None
        self.leaves = False
        self.new, self.cancelled = [], []

    def _terms(
        self, size: Any, stop_loss: Any, take_profit: Any, trailing_stop: Any, break_even: Any, max_bars: Any, tag: Any
    ) -> Terms:
        if not isinstance(tag, str):
            raise StrategyError(f"tag is {tag!r}", cure="give text")
        stop = _level(stop_loss, "stop_loss")
        return Terms(
            size=self._size(size, stop),
            stop_loss=stop,
            take_profit=_level(take_profit, "take_profit"),
            trailing_stop=_level(trailing_stop, "trailing_stop"),
            break_even=_level(break_even, "break_even"),
            max_bars=_level(max_bars, "max_bars"),
            tag=tag,
        )

    def _size(self, given: Any, stop: float | None) -> Size | None:
        if given is None:
            return None
        size = parse_size(float(given) if isinstance(given, np.number) else given)
        if size.kind == "volatility" and size.options != self._strategy.size.options:
            raise StrategyError(
                f"size is {size}, of bars that the strategy's size does not name",
                cure=f'give the strategy that size: size = "{size}"',
            )
        if size.kind == "risk" and not (self._strategy.stop_loss if stop is None else stop):
            raise StrategyError("size is risk(...), but there is no stop_loss", cure="give stop_loss, such as 0.02")
        self._check(size)
        return size


def _level(value: Any, name: str) -> float | None:
    return None if value is None else _number(value, name)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise StrategyError(f"{name} is {value!r}", cure="give a number")
    return float(value)


def _side_cure(side: Any, known: tuple[str, str]) -> str:
    others = {"buy": "long", "sell": "short", "long": "buy", "short": "sell"}
    return f'write "{others[side]}"' if side in others else did_you_mean(str(side), known)
