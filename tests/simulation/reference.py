"""A second simulator, written from the table in the design alone: slow, plain, event by event.

It shares no rule with tradefleet.simulation. Prices are rounded to ticks in exact decimals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any


@dataclass
class Costs:
    """Of one instrument; None is no step."""

    taker: float = 0.0
    maker: float = 0.0
    slippage: float = 0.0
    tick: Decimal | None = None
    lot: Decimal | None = None
    minimum: float = 0.0


@dataclass
class Wish:
    """What the strategy says at one close."""

    enter_long: bool = False
    exit_long: bool = False
    enter_short: bool = False
    exit_short: bool = False
    stop_loss: float = 0.0
    take_profit: float = 0.0
    trailing_stop: float = 0.0
    max_bars: float = 0.0
    size: float = 0.99


@dataclass
class Entry:
    """An order for the next open."""

    side: str
    quantity: float
    wish: Wish


@dataclass
class Holding:
    """What is held."""

    side: str
    quantity: float
    price: float
    fee: float
    bar: int
    time: int
    stop: float | None
    stop_name: str
    target: float | None
    trailing: float
    closes: list[float]
    lives: float


@dataclass
class Reference:
    """Feed it bar after bar; read trades, equity and counts."""

    costs: Costs
    size_kind: str
    length: int
    side: str = "both"
    cash: float = 10_000.0
    holding: Holding | None = None
    leaving: str = ""
    entering: Entry | None = None
    bar: int = -1
    trades: list[dict[str, Any]] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def feed(self, time: int, open_: float, high: float, low: float, close: float, wish: Wish) -> None:
        self.bar += 1
        # 1: pending exits, levels the open has passed, entries.
        if self.holding and self.leaving:
            self._market_exit(self.leaving, open_, time)
        if self.holding and self._beyond_stop(open_):
            self._market_exit(self.holding.stop_name, open_, time)
        if self.holding and self._beyond_target(open_):
            self._leave("take_profit", open_, self.costs.maker, time)
        if self.entering:
            self._enter(self.entering, open_, time)
        self.leaving, self.entering = "", None
        # 2 and 3: inside the bar, the stop before the target.
        worst, best = (low, high) if self.holding and self.holding.side == "long" else (high, low)
        if self.holding and self._beyond_stop(worst):
            level = self.holding.stop
            self._market_exit(self.holding.stop_name, open_ if self._beyond_stop(open_) else level, time)
        if self.holding and self._beyond_target(best):
            self._leave("take_profit", self.holding.target, self.costs.maker, time)
        # 4: the close.
        equity = self._worth(close)
        self.equity.append(equity)
        if self.holding:
            self._trail(close)
            lived = time + self.length - self.holding.time
            if self.holding.lives and lived >= self.holding.lives * self.length:
                self.leaving = "time"
        self._decide(wish, equity, close)

    # -- the open -------------------------------------------------------------------------------------------------

    def _enter(self, entry: Entry, open_: float, time: int) -> None:
        buying = entry.side == "long"
        price = self._slipped(open_, buying)
        quantity = entry.quantity
        if quantity * price * (1 + self.costs.taker) > self.cash:
            quantity = self._lots(self.cash / price / (1 + self.costs.taker)) if self.cash > 0 else 0.0
            if quantity == 0 or quantity * price < self.costs.minimum:
                self._count("not_affordable")
                return
            if quantity < entry.quantity * (1 - 1e-12):
                self._count("cut_to_cash")
        fee = quantity * price * self.costs.taker
        self.cash += -quantity * price - fee if buying else quantity * price - fee
        sign = 1 if buying else -1
        wish = entry.wish
        self.holding = Holding(
            side=entry.side,
            quantity=quantity,
            price=price,
            fee=fee,
            bar=self.bar,
            time=time,
            stop=self._level(price, -sign * wish.stop_loss),
            stop_name="stop_loss",
            target=self._level(price, sign * wish.take_profit),
            trailing=wish.trailing_stop,
            closes=[],
            lives=wish.max_bars,
        )

    def _market_exit(self, reason: str, price: float | None, time: int) -> None:
        assert self.holding is not None and price is not None
        self._leave(reason, self._slipped(price, self.holding.side == "short"), self.costs.taker, time)

    def _leave(self, reason: str, price: float | None, rate: float, time: int) -> None:
        held = self.holding
        assert held is not None and price is not None
        fee = held.quantity * price * rate
        sign = 1 if held.side == "long" else -1
        self.cash += sign * held.quantity * price - fee
        self.trades.append(
            {
                "side": sign,
                "reason": reason,
                "entry_bar": held.bar,
                "exit_bar": self.bar,
                "entry_time": held.time,
                "exit_time": time,
                "entry_price": held.price,
                "exit_price": price,
                "quantity": held.quantity,
                "fees": held.fee + fee,
                "profit": sign * held.quantity * (price - held.price) - held.fee - fee,
            }
        )
        self.holding = None

    # -- levels ---------------------------------------------------------------------------------------------------

    def _level(self, price: float, fraction: float) -> float | None:
        return None if fraction == 0 else self._nearest(price, fraction)

    def _beyond_stop(self, price: float) -> bool:
        held = self.holding
        if held is None or held.stop is None:
            return False
        return price <= held.stop if held.side == "long" else price >= held.stop

    def _beyond_target(self, price: float) -> bool:
        held = self.holding
        if held is None or held.target is None:
            return False
        return price > held.target if held.side == "long" else price < held.target

    def _trail(self, close: float) -> None:
        held = self.holding
        if held is None or held.trailing == 0:
            return
        held.closes.append(close)
        if held.side == "long":
            level = self._nearest(max(held.closes), -held.trailing)
            tighter = held.stop is None or level > held.stop
        else:
            level = self._nearest(min(held.closes), held.trailing)
            tighter = held.stop is None or level < held.stop
        if tighter:
            held.stop, held.stop_name = level, "trailing_stop"

    # -- the close ------------------------------------------------------------------------------------------------

    def _decide(self, wish: Wish, equity: float, close: float) -> None:
        held = self.holding.side if self.holding else ""
        trades_long, trades_short = self.side != "short", self.side != "long"
        enter_long, enter_short = wish.enter_long and trades_long, wish.enter_short and trades_short
        if enter_long and enter_short:
            enter_long = enter_short = False
        enter_long = enter_long and not wish.exit_long
        enter_short = enter_short and not wish.exit_short
        wanted = ""
        if held == "long":
            leave = wish.exit_long or enter_short
            wanted = "short" if enter_short else ""
        elif held == "short":
            leave = wish.exit_short or enter_long
            wanted = "long" if enter_long else ""
        else:
            leave = False
            wanted = "long" if enter_long else "short" if enter_short else ""
        if leave and not self.leaving:
            self.leaving = "signal"
        if wanted:
            self._order(wanted, wish, equity, close)

    def _order(self, side: str, wish: Wish, equity: float, close: float) -> None:
        numbers = (wish.stop_loss, wish.take_profit, wish.trailing_stop, wish.max_bars, wish.size)
        unreachable = (wish.stop_loss, wish.trailing_stop) if side == "long" else (wish.take_profit,)
        if any(math.isnan(n) or n < 0 for n in numbers) or any(fraction >= 1 for fraction in unreachable):
            self._count("invalid_levels")
            return
        if self.size_kind == "amount":
            money = wish.size
        elif self.size_kind == "fraction":
            money = wish.size * equity
        else:
            money = wish.size * equity / wish.stop_loss if wish.stop_loss else 0.0
        quantity = self._lots(money / close) if money > 0 else 0.0
        if quantity == 0 or quantity * close < self.costs.minimum:
            self._count("below_minimum")
            return
        self.entering = Entry(side, quantity, wish)

    # -- numbers --------------------------------------------------------------------------------------------------

    def _worth(self, price: float) -> float:
        if self.holding is None:
            return self.cash
        worth = self.holding.quantity * price
        return self.cash + worth if self.holding.side == "long" else self.cash - worth

    def _slipped(self, price: float, buying: bool) -> float:
        if self.costs.tick is None:
            return price * (1 + self.costs.slippage) if buying else price * (1 - self.costs.slippage)
        moved = exact(price) * (1 + exact(self.costs.slippage) * (1 if buying else -1))
        return rounded(moved, self.costs.tick, ROUND_CEILING if buying else ROUND_FLOOR)

    def _nearest(self, price: float, fraction: float) -> float:
        if self.costs.tick is None:
            return price * (1 + fraction)
        return rounded(exact(price) * (1 + exact(fraction)), self.costs.tick, ROUND_HALF_UP)

    def _lots(self, quantity: float) -> float:
        if self.costs.lot is None:
            return quantity
        # Money is a float: what misses a lot by its noise is that lot.
        return rounded(exact(quantity * (1 + 1e-14)), self.costs.lot, ROUND_FLOOR)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def exact(value: float) -> Decimal:
    """The decimal a float was written as."""
    return Decimal(repr(float(value)))


def rounded(value: Decimal, step: Decimal, how: str) -> float:
    """A decimal rounded to a step; halves go up, for negative ones too."""
    count = value / step
    if how == ROUND_HALF_UP:
        return float((count + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * step)
    return float(count.to_integral_value(how) * step)
