"""A small client that trades an engine bar by bar, as a bot would: it knows closed bars, its own fills, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tradefleet.exchange.engine.amounts import floor_to, from_float
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.order_lists import Contingency, OrderList, OrderListRequest
from tradefleet.exchange.engine.orders import Execution, Fill, Order, OrderRequest, Side, Trigger, TriggerKind
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.simulation.rules.break_even import break_even_reached
from tradefleet.simulation.rules.sizing import Lots, tradable
from tradefleet.simulation.rules.steps import Steps, nearest_step, steps_of
from tradefleet.simulation.rules.stop_loss import stop_level
from tradefleet.simulation.rules.take_profit import target_level
from tradefleet.simulation.rules.trailing_stop import trailing_level

ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT = 1, 2, 4, 8
ACCOUNT = "bot"


@dataclass(frozen=True)
class Plan:
    """What the client does: fractions of the entry price (0 is none), money an entry buys, bars until the timer.

    With `limit` entries rest so far (a fraction of the close) behind the close, for `expiry` bars (0: for ever).
    """

    side: str = "long"
    money: float = 1000.0
    stop_loss: float = 0.0
    take_profit: float = 0.0
    trailing_stop: float = 0.0
    break_even: float = 0.0
    max_bars: int = 0
    limit: float = 0.0
    expiry: int = 0


@dataclass
class Trade:
    """A position from its entry to its exit; times are those of the bars."""

    side: int
    quantity: Decimal
    entry_time: int
    entry_price: Decimal
    fees: Decimal
    exit_time: int | None = None
    exit_price: Decimal | None = None


class StandsAtItsTargetError(Exception):
    """The market stands at the target to the tick: the exchange takes no such pair, and the rule book waits."""


class Desk(Protocol):
    """How a market is traded."""

    def market(self, side: Side, quantity: Decimal, *, closing: bool) -> None: ...
    def limit(self, side: Side, quantity: Decimal, price: Decimal) -> Order: ...
    def protect(self, side: Side, quantity: Decimal, stop: Decimal | None, target: Decimal | None) -> None: ...
    def unprotect(self) -> None: ...
    def affordable(self, quantity: Decimal, price: Decimal) -> Decimal: ...
    def liquidated(self, price: Decimal) -> bool: ...


class SpotDesk:
    """Stop and target as an OCO, or one of them alone."""

    def __init__(self, engine: Engine, symbol: str) -> None:
        self.engine, self.symbol = engine, symbol
        self.held: list[Order] = []

    def market(self, side: Side, quantity: Decimal, *, closing: bool) -> None:
        request = OrderRequest(self.symbol, side, "MARKET", Execution.MARKET, quantity)
        self.engine.place(ACCOUNT, request)

    def limit(self, side: Side, quantity: Decimal, price: Decimal) -> Order:
        return self.engine.place(
            ACCOUNT, OrderRequest(self.symbol, side, "LIMIT", Execution.LIMIT, quantity, limit_price=price)
        )

    def protect(self, side: Side, quantity: Decimal, stop: Decimal | None, target: Decimal | None) -> None:
        stops = OrderRequest(self.symbol, side, "STOP_LOSS", Execution.MARKET, quantity, trigger=_stop(stop))
        limit = OrderRequest(self.symbol, side, "LIMIT_MAKER", Execution.LIMIT, quantity, None, target, post_only=True)
        if stop is None and target is not None:
            self.held = [self.limit(side, quantity, target)]
        elif target is None:
            self.held = [self.engine.place(ACCOUNT, stops)]
        else:
            if target == self.engine.last_price(self.symbol):
                raise StandsAtItsTargetError
            pair: OrderList = self.engine.place_list(
                ACCOUNT, OrderListRequest(self.symbol, Contingency.OCO, (limit, stops))
            )
            self.held = list(pair.orders)

    def unprotect(self) -> None:
        for order in self.held:
            if order.open:
                self.engine.cancel(ACCOUNT, self.symbol, order_id=order.id)
        self.held = []

    def affordable(self, quantity: Decimal, price: Decimal) -> Decimal:
        symbol = self.engine.symbols[self.symbol]
        free = self.engine.accounting.balances(ACCOUNT)[symbol.quote][0]
        cost = price * (1 + symbol.taker)
        return quantity if quantity * cost <= free else floor_to(free / cost, symbol.lot)

    def liquidated(self, price: Decimal) -> bool:
        return False


class PerpetualDesk:
    """The stop as a conditional order, the target as a limit order; both only reduce."""

    def __init__(self, engine: PerpetualEngine, symbol: str, leverage: int) -> None:
        self.engine, self.symbol, self.leverage = engine, symbol, leverage
        self.stop: Order | None = None
        self.target: Order | None = None

    def market(self, side: Side, quantity: Decimal, *, closing: bool) -> None:
        self.engine.place(
            ACCOUNT, OrderRequest(self.symbol, side, "MARKET", Execution.MARKET, quantity, reduce_only=closing)
        )

    def limit(self, side: Side, quantity: Decimal, price: Decimal) -> Order:
        return self.engine.place(
            ACCOUNT, OrderRequest(self.symbol, side, "LIMIT", Execution.LIMIT, quantity, limit_price=price)
        )

    def protect(self, side: Side, quantity: Decimal, stop: Decimal | None, target: Decimal | None) -> None:
        if target is not None:
            self.target = self.engine.place(
                ACCOUNT,
                OrderRequest(
                    self.symbol, side, "LIMIT", Execution.LIMIT, quantity, limit_price=target, reduce_only=True
                ),
            )
        if stop is not None:
            request = OrderRequest(
                self.symbol, side, "STOP_MARKET", Execution.MARKET, quantity, trigger=_stop(stop), reduce_only=True
            )
            self.stop = self.engine.algos.place(ACCOUNT, request).order

    def unprotect(self) -> None:
        if self.target is not None and self.target.open:
            self.engine.cancel(ACCOUNT, self.symbol, order_id=self.target.id)
        if self.stop is not None and self.stop.open and not self.stop.working:
            self.engine.algos.cancel(ACCOUNT, self.stop.id)
        self.stop = self.target = None

    def affordable(self, quantity: Decimal, price: Decimal) -> Decimal:
        symbol = self.engine.symbols[self.symbol]
        free = self.engine.perpetual.margins.available(ACCOUNT, symbol.quote)
        cost = price * (1 / Decimal(self.leverage) + symbol.taker)
        return quantity if quantity * cost <= free else floor_to(free / cost, symbol.lot)

    def liquidated(self, price: Decimal) -> bool:
        levels = [] if self.engine.liquidations is None else self.engine.liquidations.level(self.symbol)
        return any((price - level) * sign <= 0 for _, _, sign, level in levels)


class BarClient:
    """Trades a plan: told of each open, of every stop within a bar, and of each close with its signals."""

    def __init__(self, engine: Engine, symbol: str, desk: Desk, plan: Plan, timeframe: int) -> None:
        self.engine, self.desk, self.plan = engine, desk, plan
        self.symbol = engine.symbols[symbol]
        self.tick: Steps = steps_of(self.symbol.tick)
        self.timeframe = timeframe
        self.trades: list[Trade] = []
        self.seen = 0
        self.side = 0
        self.leave = False
        # What is to be entered at the next open: its side and quantity, and where it rests if it does.
        self.wish: tuple[int, Decimal, Decimal | None] | None = None
        self.resting: Order | None = None
        self.until = 0
        self.stop = self.trailed = self.target = None  # type: float | None
        self.best: float | None = None
        self.even = False
        self.moved = False

    # What happens.

    def at_open(self, time: int) -> None:
        """A bar has opened; the market's quotes are those of its open."""
        if self.leave and self.side:
            self._exit()
        elif self.side and self.moved:
            self._protect()
        self.leave = self.moved = False
        if self.resting is not None and self.until and time >= self.until:
            self._take_back()
        if self.wish is not None:
            self._enter(time)
        self._sync()

    def inside(self) -> None:
        """The bar has stopped, since orders have filled."""
        self._sync()

    def at_close(self, close: float, close_time: int, signals: int) -> None:
        """A bar has closed: levels move, the timer is looked at, signals are read."""
        self._sync()
        if self.side:
            self._manage(close)
            if self.plan.max_bars and close_time - self.trades[-1].entry_time >= self.plan.max_bars * self.timeframe:
                self.leave = True
        self._decide(signals, close, close_time)

    # What is decided.

    def _decide(self, signals: int, close: float, close_time: int) -> None:
        allowed = {"long": 3, "short": 12, "both": 15}[self.plan.side]
        signals &= allowed
        both = signals & ENTER_LONG and signals & ENTER_SHORT
        long = bool(signals & ENTER_LONG) and not signals & EXIT_LONG and not both
        short = bool(signals & ENTER_SHORT) and not signals & EXIT_SHORT and not both
        against, leaves = (short, EXIT_LONG) if self.side > 0 else (long, EXIT_SHORT)
        enters = (1 if long else -1 if short else 0) if not self.side else 0
        leaving = bool(self.side) and (against or bool(signals & leaves))
        if self.side and against:
            enters = -self.side
        waiting = self.resting
        if waiting is not None:
            ends = EXIT_LONG if waiting.side is Side.BUY else EXIT_SHORT
            if enters or signals & ends or (leaving and not self.leave):
                self._take_back()
        self.leave = self.leave or leaving
        if enters:
            self._wish(enters, close, close_time)

    def _wish(self, side: int, close: float, close_time: int) -> None:
        lots = Lots(steps_of(self.symbol.lot), float(self.symbol.min_notional))
        quantity = from_float(tradable(self.plan.money / close, close, lots), self.symbol.lot)
        if not quantity:
            return
        price = None
        if self.plan.limit:
            price = self._price(nearest_step(close * (1.0 - side * self.plan.limit), self.tick))
            self.until = close_time + self.plan.expiry * self.timeframe if self.plan.expiry else 0
        self.wish = side, quantity, price

    def _manage(self, close: float) -> None:
        side, plan, before = float(self.side), self.plan, self.stop
        self.best = close if self.best is None else _better(side, self.best, close)
        entry = float(self.trades[-1].entry_price)
        if plan.trailing_stop:
            level = trailing_level(side, self.best, plan.trailing_stop, self.tick)
            self.stop = level if self.stop is None else _better(side, self.stop, level)
        if plan.break_even and not self.even and break_even_reached(side, close, entry, plan.break_even):
            self.even = True
            self.stop = entry if self.stop is None else _better(side, self.stop, entry)
        self.moved = self.moved or self.stop != before

    # What is done.

    def _enter(self, time: int) -> None:
        if self.wish is None:
            return
        (side, quantity, price), self.wish = self.wish, None
        way = Side.BUY if side > 0 else Side.SELL
        if price is not None:
            self.resting = self.desk.limit(way, quantity, price)
            return
        half = self.engine.book(self.symbol.name).opposite(way)
        quantity = self.desk.affordable(quantity, half.best() or Decimal(0))
        if quantity:
            self.desk.market(way, quantity, closing=False)

    def _exit(self) -> None:
        self.desk.unprotect()
        self.desk.market(self._away(), self.trades[-1].quantity, closing=True)
        self._sync()

    def _protect(self) -> None:
        """Stop and target as they are to be; where the market does not take the stop any more, out."""
        self.desk.unprotect()
        stop, target = self._price(self.stop), self._price(self.target)
        if stop is None and target is None:
            return
        quantity, last = self.trades[-1].quantity, self.engine.last_price(self.symbol.name)
        if stop is not None and last is not None and (last - stop) * self.side <= 0:
            # What the open liquidates is no longer the client's to sell.
            if not self.desk.liquidated(last):
                self._exit()
        elif target is not None and last is not None and (last - target) * self.side > 0:
            self.desk.limit(self._away(), quantity, target)
            self._sync()
        else:
            self.desk.protect(self._away(), quantity, stop, target)

    def _take_back(self) -> None:
        if self.resting is not None and self.resting.open:
            self.engine.cancel(ACCOUNT, self.symbol.name, order_id=self.resting.id)
        self.resting = None

    def _away(self) -> Side:
        return Side.SELL if self.side > 0 else Side.BUY

    def _price(self, price: float | None) -> Decimal | None:
        return None if price is None else from_float(price, self.symbol.tick)

    # What it knows.

    def _sync(self) -> None:
        """Take note of own fills."""
        fills = self.engine.fills(ACCOUNT, self.symbol.name)
        while self.seen < len(fills):
            fill = fills[self.seen]
            self.seen += 1
            if self.side:
                self._left(fill)
            else:
                self._entered(fill)

    def _entered(self, fill: Fill) -> None:
        self.side = fill.side.sign
        self.trades.append(Trade(self.side, fill.quantity, fill.time, fill.price, fill.fee))
        side, price, plan = float(self.side), float(fill.price), self.plan
        self.stop = stop_level(side, price, plan.stop_loss, self.tick) if plan.stop_loss else None
        self.target = target_level(side, price, plan.take_profit, self.tick) if plan.take_profit else None
        self.best, self.even = None, False
        limited = self.resting is not None and fill.order_id == self.resting.id
        if limited:
            # Its target works from the next bar on.
            self.resting, target, self.target = None, self.target, None
            self._protect()
            self.target, self.moved = target, target is not None
        else:
            self._protect()

    def _left(self, fill: Fill) -> None:
        trade = self.trades[-1]
        trade.exit_time, trade.exit_price = fill.time, fill.price
        trade.fees += fill.fee
        self.side = 0
        self.stop = self.target = None
        self.moved = False
        self.desk.unprotect()


def _stop(price: Decimal | None) -> Trigger:
    return Trigger(TriggerKind.STOP, price)


def _better(side: float, one: float, other: float) -> float:
    return max(one, other) if side > 0 else min(one, other)
