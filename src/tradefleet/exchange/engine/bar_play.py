"""A bar played by the rule book: which orders of clients fill in it, in what order, at what prices.

A bar tells four prices and not their order. The rules that decide are those of a backtest, so that a bot that trades
here and a backtest of it agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from tradefleet.exchange.engine.bar_rules import (
    Liquidation,
    PlayedBar,
    between,
    is_stop,
    limit_gets,
    liquidation_gets,
    liquidation_touched,
    trades_through,
    wake_gets,
    wakes,
)
from tradefleet.exchange.engine.bar_stage import BarEngine, Stage
from tradefleet.exchange.engine.orders import Order
from tradefleet.exchange.engine.triggers import reached, trailing, turns, wake_price

__all__ = ["BarEngine", "PlayPhase", "PlayedBar", "play"]


class PlayPhase(StrEnum):
    """Why a bar stops within itself."""

    # Orders that open or add have filled: clients may protect what they hold.
    ENTERED = "ENTERED"


def play(
    engine: BarEngine, symbol: str, bar: PlayedBar, *, slippage: float = 0.0, participation: Decimal | None = None
) -> Iterator[PlayPhase]:
    """Play a bar of a symbol, on the house's quotes and the last price of its open; neither moves by it.

    `slippage` is the fraction of the price that market orders lose. With `participation` no more than this part of
    the bar's volume fills within the bar, for buyers and for sellers. What clients do where it stops takes part in the
    rest.
    """
    stage = Stage(engine, symbol, bar, slippage, participation)
    if not stage.idle:
        yield from _Play(stage, bar).phases()
    stage.limited.clear()


class _Play:
    def __init__(self, stage: Stage, bar: PlayedBar) -> None:
        self._stage = stage
        self._bar = bar
        # Limit orders that were triggered in this bar and have not filled: what of the bar came after is not known.
        self._woken: dict[int, Order] = {}

    def phases(self) -> Iterator[PlayPhase]:
        stage, bar = self._stage, self._bar
        waiting = stage.resting()
        self._leave(bar.opening)
        self._targets(bar.opening)
        self._enter(waiting)
        if stage.take_entered():
            yield PlayPhase.ENTERED
        self._leave(bar)
        while stage.take_entered():
            yield PlayPhase.ENTERED
            self._leave(bar)
        self._targets(bar)
        self._follow()
        self._close()
        if stage.take_entered():
            yield PlayPhase.ENTERED

    def _enter(self, waiting: Sequence[Order]) -> None:
        """Limit orders that open or add, the nearest to the open first."""
        for order in self._nearest(waiting, lambda order: limit_gets(order, self._bar)):
            if order.open and trades_through(order, self._bar) and not self._stage.reduces(order):
                self._stage.fill(order, limit_gets(order, self._bar))

    def _leave(self, bar: PlayedBar) -> None:
        """Liquidations and stops, the nearest to the open first; each may change what there is."""
        while (found := self._next_level(bar)) is not None:
            if isinstance(found, Order):
                self._wake(found, wake_gets(found, bar))
            else:
                self._stage.liquidate(found, liquidation_gets(found, bar))

    def _next_level(self, bar: PlayedBar) -> Order | Liquidation | None:
        stops = [order for order in self._stage.sleeping() if is_stop(order) and wakes(order, bar)]
        levels = [level for level in self._stage.liquidations() if liquidation_touched(level, bar)]
        stop = next(iter(self._nearest(stops, lambda order: wake_gets(order, bar))), None)
        level = min(levels, key=lambda level: abs(liquidation_gets(level, bar) - bar.open), default=None)
        if stop is None or level is None:
            return stop or level
        away = abs(liquidation_gets(level, bar) - bar.open)
        return stop if abs(wake_gets(stop, bar) - bar.open) < away else level

    def _targets(self, bar: PlayedBar) -> None:
        """Limit orders that reduce, and take-profits, the nearest to the open first.

        Not those of accounts whose limit orders have entered: what of the bar came after is not known.
        """
        stage = self._stage
        limits = [order for order in stage.resting() if trades_through(order, bar) and order.id not in self._woken]
        profits = [order for order in stage.sleeping() if not is_stop(order) and wakes(order, bar)]
        for order in self._nearest([*limits, *profits], lambda order: _gets(order, bar)):
            if not order.open or order.account in stage.limited:
                continue
            if not order.working:
                self._wake(order, wake_gets(order, bar))
            elif stage.reduces(order):
                stage.fill(order, limit_gets(order, bar))

    def _follow(self) -> None:
        """Trailing orders of the exchange's own, along the way that the bar is told in."""
        orders = [order for order in self._stage.sleeping() if trailing(order.request)]
        if not orders:
            return
        for before, price in pairwise((self._bar.open, *self._bar.path)):
            for order in [order for order in orders if order.open and not order.working]:
                if order.best_price is None and reached(order.request, price):
                    order.best_price = between(_start(order, before), before, price)
                level = wake_price(order)
                if level is not None and turns(order, price):
                    self._wake(order, between(level, before, price))

    def _close(self) -> None:
        """Limit orders that were triggered within the bar, where its close is beyond their price."""
        for order in self._woken.values():
            limit = order.request.limit_price
            if order.open and limit is not None and trades_through(order, self._bar.closing):
                self._stage.fill(order, limit)

    def _wake(self, order: Order, price: Decimal) -> None:
        waiting = self._stage.wake(order, price)
        if waiting is not None:
            self._woken[waiting.id] = waiting

    def _nearest(self, orders: Iterable[Order], price_of: Callable[[Order], Decimal]) -> list[Order]:
        return sorted(orders, key=lambda order: (abs(price_of(order) - self._bar.open), order.id))


def _gets(order: Order, bar: PlayedBar) -> Decimal:
    return limit_gets(order, bar) if order.working else wake_gets(order, bar)


def _start(order: Order, usual: Decimal) -> Decimal:
    trigger = order.request.trigger
    return usual if trigger is None or trigger.price is None else trigger.price
