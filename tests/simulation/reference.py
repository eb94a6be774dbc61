"""A second simulator, written from docs/rules.md alone: slow, plain, event by event.

It shares no rule with tradefleet.simulation. Prices are rounded to ticks in exact decimals. After each step it audits
itself: money, margin and reserves are counted a second time from the trades and from what is open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

LONG, SHORT = 1, -1


class Bar(NamedTuple):
    """Prices of a bar."""

    open: float
    high: float
    low: float
    close: float


class Due(NamedTuple):
    """What falls due at a time: a funding rate that longs pay, and money a unit that each side is credited as swap."""

    time: int
    rate: float = 0.0
    long: float = 0.0
    short: float = 0.0


@dataclass
class Costs:
    """Of one instrument; None is no step."""

    taker: float = 0.0
    maker: float = 0.0
    commission: float = 0.0
    slippage: float = 0.0
    impact: float = 0.0
    range: float = 0.0
    tick: Decimal | None = None
    lot: Decimal | None = None
    minimum: float = 0.0
    leverage: float = 1.0
    tiers: tuple[tuple[float, float, float], ...] = ((0.0, 0.0, 0.0),)
    liquidation_fee: float = 0.0
    liquidates: bool = False

    def slipped(self, price: float, buying: bool, quantity: float, last: Told) -> float:
        """The price of a market order."""
        worse = 1 if buying else -1
        share = 1.0 if quantity >= last.volume else math.sqrt(quantity / last.volume)
        fraction = self.slippage + self.impact * share
        reach = exact(self.range) * (exact(last.bid.high) - exact(last.bid.low))
        if self.tick is None:
            return price * (1 + worse * fraction) + worse * float(reach)
        moved = exact(price) * (1 + worse * exact(fraction)) + worse * reach
        return rounded(moved, self.tick, ROUND_CEILING if buying else ROUND_FLOOR)

    def level(self, price: float, fraction: float, distance: float = 0.0) -> float:
        """A price moved by a fraction of it and by a distance, at the nearest tick."""
        if self.tick is None:
            return price * (1 + fraction) + distance
        return rounded(exact(price) * (1 + exact(fraction)) + exact(distance), self.tick, ROUND_HALF_UP)

    def lots(self, quantity: float) -> float:
        """A quantity rounded down to the lot."""
        if self.lot is None:
            return quantity
        # Money is a float: what misses a lot by its noise is that lot.
        return rounded(exact(quantity * (1 + 1e-14)), self.lot, ROUND_FLOOR)

    def fee(self, quantity: float, price: float, rate: float, part: float) -> float:
        """The fee of a fill, which is a part of its notional, and the commission."""
        return quantity * price * rate * part + quantity * self.commission * rate

    def cost(self, quantity: float, price: float, rate: float, part: float) -> float:
        """What an entry takes out of free cash."""
        return quantity * price * rate / self.leverage + self.fee(quantity, price, rate, part)

    def liquidation(self, side: int, quantity: float, price: float) -> float | None:
        """Where margin and unrealised profit are down to the maintenance margin, which is notional x rate - amount.

        That is quantity x price / leverage + side x quantity x (p - price) = quantity x p x rate - amount, in its tier.
        """
        found = []
        ends = [start for start, _, _ in self.tiers[1:]] + [math.inf]
        for (start, rate, amount), end in zip(self.tiers, ends, strict=True):
            level = (price * (side - 1 / self.leverage) - amount / quantity) / (side - rate)
            if level > 0 and start <= quantity * level * (1 + 1e-12) and quantity * level < end:
                found.append(level)
        return max(found, key=lambda level: side * level) if found and self.liquidates else None

    def bankruptcy(self, side: int, price: float) -> float:
        """Where the margin is gone."""
        return price - side * price / self.leverage


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
    trailing_distance: float = 0.0
    break_even: float = 0.0
    max_bars: float = 0.0
    size: float = 0.99
    limit: float = math.nan
    expiry: float = 0.0
    priority: float = 0.0


@dataclass
class Sizing:
    """How a size is meant. Kelly and volatility targets have numbers of their own."""

    kind: str = "fraction"
    target: float = 0.0
    most: float = 1.0
    bars_per_year: float = 1.0
    multiple: float = 1.0
    cap: float = 1.0
    least_trades: int = 0
    floor: float = 0.0

    def money(self, wish: Wish, equity: float, rows: list[tuple[float, float]]) -> float:
        """What an entry is worth; `rows` are profit and notional of the leg's own closed rows."""
        if self.kind == "amount":
            return wish.size
        if self.kind == "risk":
            return wish.size * equity / wish.stop_loss if wish.stop_loss else 0.0
        if self.kind == "volatility":
            return self._calm(wish.size) * equity
        if self.kind == "kelly":
            return self._kelly(rows) * equity
        return wish.size * equity

    def _calm(self, sigma: float) -> float:
        yearly = sigma * math.sqrt(self.bars_per_year)
        return 0.0 if yearly == 0 else min(self.most, self.target / yearly)

    def _kelly(self, rows: list[tuple[float, float]]) -> float:
        ratios = [profit / notional for profit, notional in rows]
        won, lost = [r for r in ratios if r > 0], [-r for r in ratios if r <= 0]
        if len(ratios) < max(1, self.least_trades) or not won:
            return self.floor
        share = len(won) / len(ratios)
        mean_loss = math.fsum(lost) / len(lost) if lost else 0.0
        best = share - (1 - share) * mean_loss / (math.fsum(won) / len(won))
        return max(self.floor, min(self.cap, self.multiple * best))


@dataclass
class Terms:
    """What is constant in a leg; `scale_out` is fractions and shares, `aging` bars and fractions."""

    costs: Costs
    length: int
    side: str = "both"
    symbol: int = 0
    sizing: Sizing = field(default_factory=Sizing)
    scale_out: list[tuple[float, float]] = field(default_factory=list)
    aging: list[tuple[float, float]] = field(default_factory=list)
    pyramiding: int = 0
    cooldown: float = 0.0
    limit_entries: bool = False
    due: list[Due] = field(default_factory=list)


class Told(NamedTuple):
    """One bar of one leg and what its strategy says at the close; the ask is the bid where there is no spread."""

    bid: Bar
    ask: Bar
    volume: float
    rate: float
    wish: Wish
    detail: tuple[tuple[int, Bar], ...] = ()

    def of(self, side: int) -> Bar:
        """The bar that a side is left and marked on."""
        return self.bid if side == LONG else self.ask


@dataclass
class Limits:
    """What all legs together may do; 0 is no limit."""

    open_positions: int = 0
    exposure: float = 0.0
    symbol_exposure: float = 0.0


@dataclass
class Entry:
    """A decided order: for the next open, or resting at its limit until a time (None: until cancelled)."""

    side: int
    quantity: float
    wish: Wish
    limit: float | None = None
    until: float | None = None
    reserved: float = 0.0


@dataclass
class Held:
    """A position. `stop` is the fixed one, `trail` the one that trails."""

    side: int
    quantity: float
    first: float
    price: float
    fees: float
    margin: float
    cost: float
    number: int
    bar: int
    time: int
    wish: Wish
    targets_from: int
    carry: float = 0.0
    stop: float | None = None
    trail: float | None = None
    target: float | None = None
    best: float | None = None
    parts: int = 0
    adds: int = 0

    def nearest_stop(self) -> tuple[float, str] | None:
        """The nearer of the two stops and its name; the fixed one where they are equal."""
        if self.trail is not None and (self.stop is None or self.side * self.trail > self.side * self.stop):
            return self.trail, "trailing_stop"
        return None if self.stop is None else (self.stop, "stop_loss")

    def touched(self, price: float, level: float) -> bool:
        """Whether a price is at a level behind, or beyond it."""
        return self.side * price <= self.side * level

    def passed(self, price: float, level: float) -> bool:
        """Whether a price is through a level ahead."""
        return self.side * price > self.side * level

    def worst(self, bar: Bar) -> float:
        return bar.low if self.side == LONG else bar.high

    def best_of(self, bar: Bar) -> float:
        return bar.high if self.side == LONG else bar.low


@dataclass
class Leg:
    """One strategy on one symbol; `rate` and `last` are of its last closed bar."""

    index: int
    terms: Terms
    held: Held | None = None
    leaving: str = ""
    entry: Entry | None = None
    bar: int = -1
    time: int = 0
    moment: int = 0
    now: Any = None
    last: Any = None
    rate: float = 1.0
    last_exit: int | None = None
    paid: int = 0
    rows: list[tuple[float, float]] = field(default_factory=list)

    def resting(self) -> bool:
        return self.entry is not None and self.entry.limit is not None

    def stays(self) -> bool:
        """In a position that nothing has decided to leave."""
        return self.held is not None and not self.leaving

    def busy(self) -> bool:
        """Takes one of the open positions allowed."""
        return self.stays() or self.entry is not None


@dataclass
class Reference:
    """Feed it step after step; read trades, equity and counts."""

    terms: list[Terms]
    cash: float = 10_000.0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.legs = [Leg(index, terms) for index, terms in enumerate(self.terms)]
        self.balance = self.cash
        self.numbers = 0
        self.trades: list[dict[str, Any]] = []
        self.times: list[int] = []
        self.equity: list[float] = []
        self.worths: list[list[float]] = []
        self.counts: dict[str, int] = {}

    def feed(self, time: int, told: Mapping[int, Told]) -> None:
        """One step: the legs that have a bar which opens at this time."""
        here = [leg for leg in self.legs if leg.index in told]
        for leg in here:
            leg.now, leg.time, leg.moment, leg.bar = told[leg.index], time, time, leg.bar + 1
        self._at_the_open(here)
        self._within_the_bar(here)
        self._at_the_close(here)
        self._decision(here)
        self._audit()

    # -- the order of things --------------------------------------------------------------------------------------

    def _at_the_open(self, here: list[Leg]) -> None:
        for leg in here:
            self._expire(leg)
            self._pay(leg, leg.time, "open")
        for leg in here:
            if leg.held and leg.leaving:
                self._market_exit(leg, leg.leaving, leg.now.of(leg.held.side).open)
            leg.leaving = ""
            if leg.held:
                self._exit_beyond_open(leg, leg.now.of(leg.held.side))
        for leg in ranked(leg for leg in here if leg.entry and not leg.resting()):
            self._market_entry(leg)

    def _within_the_bar(self, here: list[Leg]) -> None:
        for leg in ranked(leg for leg in here if leg.resting()):
            self._limit_entry(leg)
        for leg in here:
            if leg.held:
                self._exit_within(leg, leg.now.of(leg.held.side))

    def _at_the_close(self, here: list[Leg]) -> None:
        for leg in here:
            leg.rate, leg.last = leg.now.rate, leg.now
            # What falls due at the close itself belongs to the next open.
            self._pay(leg, leg.time + leg.terms.length - 1, "close")
        for leg in here:
            if leg.held:
                self._trail(leg, leg.held)
                self._break_even(leg, leg.held)
                self._age(leg, leg.held)
                self._timer(leg, leg.held)

    def _decision(self, here: list[Leg]) -> None:
        worths = [self._worth(leg) for leg in self.legs]
        equity = self.balance + math.fsum(worths)
        self.equity.append(equity)
        self.times.append(here[0].time)
        self.worths.append(worths)
        wanted = [(leg, self._wanted(leg)) for leg in here]
        for leg, side in sorted(wanted, key=lambda pair: -pair[0].now.wish.priority):
            if side:
                self._decide_entry(leg, side, equity)

    # -- funding and swaps ----------------------------------------------------------------------------------------

    def _pay(self, leg: Leg, until: int, price: str) -> None:
        while leg.paid < len(leg.terms.due) and leg.terms.due[leg.paid].time <= until:
            due = leg.terms.due[leg.paid]
            leg.paid += 1
            if leg.held:
                held = leg.held
                funding = held.side * getattr(leg.now.of(held.side), price) * due.rate
                swap = due.long if held.side == LONG else due.short
                paid = held.quantity * (funding - swap) * leg.rate
                held.carry += paid
                self.balance -= paid

    # -- entries --------------------------------------------------------------------------------------------------

    def _market_entry(self, leg: Leg) -> None:
        entry, leg.entry = leg.entry, None
        assert entry is not None
        price = leg.now.of(-entry.side).open
        price = leg.terms.costs.slipped(price, entry.side == LONG, entry.quantity, leg.last)
        self._enter(leg, entry, price, leg.terms.costs.taker)

    def _limit_entry(self, leg: Leg) -> None:
        entry = leg.entry
        assert entry is not None and entry.limit is not None
        bar = leg.now.of(-entry.side)
        reach = bar.low if entry.side == LONG else bar.high
        if entry.side * reach < entry.side * entry.limit:
            leg.entry = None
            beyond = entry.side * bar.open < entry.side * entry.limit
            self._enter(leg, entry, bar.open if beyond else entry.limit, leg.terms.costs.maker)

    def _expire(self, leg: Leg) -> None:
        if leg.entry and leg.entry.until is not None and leg.time >= leg.entry.until:
            leg.entry = None
            self._count("expired")

    def _enter(self, leg: Leg, entry: Entry, price: float, part: float) -> None:
        quantity = self._affordable(leg, entry.quantity, price, part)
        if quantity == 0:
            return
        costs, rate = leg.terms.costs, leg.rate
        fee = costs.fee(quantity, price, rate, part)
        self.balance -= fee
        notional = quantity * price * rate
        bought = (quantity, price, fee, notional / costs.leverage, notional)
        if leg.held:
            self._add(leg.held, *bought)
        else:
            leg.held = self._new(leg, entry, *bought)
        held = leg.held
        # The timer counts from the first entry, and is its own.
        held.wish = replace(entry.wish, max_bars=held.wish.max_bars)
        # Targets of a limit entry work from the next bar on.
        held.targets_from = leg.bar + (entry.limit is not None)
        held.stop = self._from_entry(leg, held, -entry.wish.stop_loss)
        held.target = self._from_entry(leg, held, entry.wish.take_profit)
        if leg.terms.aging:
            self._age(leg, held, leg.time)

    def _affordable(self, leg: Leg, quantity: float, price: float, part: float) -> float:
        costs, free = leg.terms.costs, self._free()
        if costs.cost(quantity, price, leg.rate, part) <= free:
            return quantity
        cut = costs.lots(free / costs.cost(1.0, price, leg.rate, part)) if free > 0 else 0.0
        if cut < quantity * 1e-9 or self._too_small(leg, cut, price):
            self._count("not_affordable")
            return 0.0
        if cut < quantity * (1 - 1e-12):
            self._count("cut_to_cash")
        return cut

    def _new(
        self, leg: Leg, entry: Entry, quantity: float, price: float, fee: float, margin: float, cost: float
    ) -> Held:
        self.numbers += 1
        numbers = (quantity, quantity, price, fee, margin, cost, self.numbers - 1, leg.bar, leg.time)
        return Held(entry.side, *numbers, entry.wish, leg.bar)

    def _add(self, held: Held, quantity: float, price: float, fee: float, margin: float, cost: float) -> None:
        held.price = (held.quantity * held.price + quantity * price) / (held.quantity + quantity)
        held.quantity += quantity
        held.first += quantity
        held.fees += fee
        held.margin += margin
        held.cost += cost
        held.adds += 1

    # -- exits ----------------------------------------------------------------------------------------------------

    def _exit_beyond_open(self, leg: Leg, bar: Bar) -> None:
        """Levels that the open of a bar has passed."""
        while leg.held:
            held = leg.held
            liquidation, stop = self._liquidation(leg, held), held.nearest_stop()
            target = self._next_target(leg, held)
            if liquidation and held.touched(bar.open, liquidation):
                self._liquidate(leg, bar.open)
            elif stop and held.touched(bar.open, stop[0]):
                self._market_exit(leg, stop[1], bar.open)
            elif target and held.passed(bar.open, target[0]):
                self._take_profit(leg, bar.open, target[1])
            else:
                return

    def _exit_within(self, leg: Leg, bar: Bar) -> None:
        """What a bar reaches; its finer bars, each by the rules for a bar, come before the bar itself."""
        self._exit_beyond_open(leg, bar)
        if leg.held and any(self._reached(leg, leg.held, bar)):
            self._count_ambiguous(leg, leg.held, bar)
            for time, finer in leg.now.detail:
                leg.moment = time
                self._exit_beyond_open(leg, finer)
                self._exit_inside(leg, finer)
            leg.moment = leg.time
            self._exit_inside(leg, bar)

    def _exit_inside(self, leg: Leg, bar: Bar) -> None:
        """The stop or the liquidation, else targets, where a bar reaches them after its open."""
        while leg.held:
            behind, ahead = self._reached(leg, leg.held, bar)
            target = self._next_target(leg, leg.held)
            if behind:
                self._exit_behind(leg, leg.held)
            elif ahead and target:
                self._take_profit(leg, target[0], target[1])
            else:
                return

    def _count_ambiguous(self, leg: Leg, held: Held, bar: Bar) -> None:
        """A bar that reaches both sides is ambiguous, unless a finer bar tells which was first."""
        if all(self._reached(leg, held, bar)):
            finer = next((b for _, b in leg.now.detail if any(self._reached(leg, held, b))), None)
            told = finer is not None and not all(self._first_reached(leg, held, finer))
            self._count("resolved_exits" if told else "ambiguous_exits")

    def _first_reached(self, leg: Leg, held: Held, bar: Bar) -> tuple[bool, bool]:
        """What the open has passed, else what the bar reaches."""
        opened = self._reached(leg, held, Bar(bar.open, bar.open, bar.open, bar.open))
        return opened if any(opened) else self._reached(leg, held, bar)

    def _reached(self, leg: Leg, held: Held, bar: Bar) -> tuple[bool, bool]:
        """Whether a bar touches a level behind, and whether it trades through one ahead."""
        levels = (self._liquidation(leg, held), (held.nearest_stop() or (None,))[0])
        target = self._next_target(leg, held)
        behind = any(level is not None and held.touched(held.worst(bar), level) for level in levels)
        return behind, target is not None and held.passed(held.best_of(bar), target[0])

    def _exit_behind(self, leg: Leg, held: Held) -> None:
        """The liquidation or the stop, the nearer first."""
        liquidation, stop = self._liquidation(leg, held), held.nearest_stop()
        if liquidation is None or (stop and held.side * stop[0] > held.side * liquidation):
            assert stop is not None
            self._market_exit(leg, stop[1], stop[0])
        else:
            self._liquidate(leg, liquidation)

    def _market_exit(self, leg: Leg, reason: str, price: float) -> None:
        assert leg.held is not None
        quantity, costs = leg.held.quantity, leg.terms.costs
        slipped = costs.slipped(price, leg.held.side == SHORT, quantity, leg.last)
        self._leave(leg, reason, slipped, quantity, costs.fee(quantity, slipped, leg.rate, costs.taker))

    def _liquidate(self, leg: Leg, price: float) -> None:
        held, costs = leg.held, leg.terms.costs
        assert held is not None
        gone = costs.bankruptcy(held.side, held.price)
        price = gone if held.touched(price, gone) else price
        left = max(0.0, held.quantity * held.side * (price - gone))
        fee = leg.rate * min(held.quantity * price * costs.liquidation_fee, left)
        self._leave(leg, "liquidation", price, held.quantity, fee)

    def _take_profit(self, leg: Leg, price: float, share: float | None) -> None:
        """A target is filled: all of the position, or a share of the first quantity."""
        held, costs = leg.held, leg.terms.costs
        assert held is not None
        quantity = held.quantity
        if share is not None:
            held.parts += 1
            shares = math.fsum(share for _, share in leg.terms.scale_out)
            if held.parts < len(leg.terms.scale_out) or shares < 1 - 1e-9:
                quantity = min(quantity, costs.lots(share * held.first))
        if quantity:
            self._leave(leg, "take_profit", price, quantity, costs.fee(quantity, price, leg.rate, costs.maker))

    def _leave(self, leg: Leg, reason: str, price: float, quantity: float, fee: float) -> None:
        held = leg.held
        assert held is not None
        share = 1.0 if quantity == held.quantity else quantity / held.quantity
        gross = held.side * quantity * (price - held.price) * leg.rate
        fees, carry, cost = share * held.fees, share * held.carry, share * held.cost
        row = {
            "leg": leg.index,
            "number": held.number,
            "side": held.side,
            "reason": reason,
            "entry_bar": held.bar,
            "exit_bar": leg.bar,
            "entry_time": held.time,
            "exit_time": leg.moment,
            "entry_price": held.price,
            "exit_price": price,
            "quantity": quantity,
            "fees": fees + fee,
            "carry": carry,
            "profit": gross - fees - fee - carry,
            "cost": cost,
        }
        self.trades.append(row)
        leg.rows.append((row["profit"], cost))
        self.balance += gross - fee
        held.quantity -= quantity
        held.fees -= fees
        held.carry -= carry
        held.cost -= cost
        held.margin -= share * held.margin
        if share == 1:
            leg.held, leg.last_exit = None, row["exit_time"]

    # -- levels ---------------------------------------------------------------------------------------------------

    def _from_entry(self, leg: Leg, held: Held, fraction: float) -> float | None:
        return None if fraction == 0 else leg.terms.costs.level(held.price, held.side * fraction)

    def _liquidation(self, leg: Leg, held: Held) -> float | None:
        return leg.terms.costs.liquidation(held.side, held.quantity, held.price)

    def _next_target(self, leg: Leg, held: Held) -> tuple[float, float | None] | None:
        """The nearest target and its share; no share is all of it."""
        if leg.bar < held.targets_from:
            return None
        found: list[tuple[float, float | None]] = []
        if held.parts < len(leg.terms.scale_out):
            fraction, share = leg.terms.scale_out[held.parts]
            found.append((leg.terms.costs.level(held.price, held.side * fraction), share))
        if held.target is not None:
            found.append((held.target, None))
        return min(found, key=lambda target: held.side * target[0]) if found else None

    def _trail(self, leg: Leg, held: Held) -> None:
        close, level = leg.now.of(held.side).close, leg.terms.costs.level
        held.best = close if held.best is None else held.side * max(held.side * close, held.side * held.best)
        levels = [] if held.trail is None else [held.trail]
        if held.wish.trailing_stop > 0:
            levels.append(level(held.best, -held.side * held.wish.trailing_stop))
        if leg.now.wish.trailing_distance > 0:
            levels.append(level(held.best, 0.0, -held.side * leg.now.wish.trailing_distance))
        held.trail = max(levels, key=lambda price: held.side * price) if levels else None

    def _break_even(self, leg: Leg, held: Held) -> None:
        if held.wish.break_even > 0:
            reached = exact(held.price) * (1 + held.side * exact(held.wish.break_even))
            stop = held.nearest_stop()
            close = exact(leg.now.of(held.side).close)
            if held.side * close >= held.side * reached and not (
                stop and held.side * stop[0] >= held.side * held.price
            ):
                held.stop = held.price

    def _age(self, leg: Leg, held: Held, now: int | None = None) -> None:
        """The target by age, at the close or at a given time."""
        if leg.terms.aging:
            lived = (leg.time + leg.terms.length if now is None else now) - held.time
            passed = [fraction for bars, fraction in leg.terms.aging if lived >= bars * leg.terms.length]
            held.target = self._from_entry(leg, held, passed[-1]) if passed else None

    def _timer(self, leg: Leg, held: Held) -> None:
        lived = leg.time + leg.terms.length - held.time
        if held.wish.max_bars > 0 and lived >= held.wish.max_bars * leg.terms.length:
            leg.leaving = "time"

    # -- decisions ------------------------------------------------------------------------------------------------

    def _wanted(self, leg: Leg) -> int:
        """The side to be entered, which takes the place of what rests; exits are decided on the way."""
        side = self._hear(leg)
        if side and self._cooling_down(leg):
            self._count("cooling_down")
            return 0
        leg.entry = None if side else leg.entry
        return side

    def _hear(self, leg: Leg) -> int:
        """Exits are decided here; returns the side that is to be entered, or 0."""
        wish = leg.now.wish
        enter_long, enter_short = self._entry_signals(leg, wish)
        if leg.resting() and (wish.exit_long if leg.entry.side == LONG else wish.exit_short):  # type: ignore[union-attr]
            leg.entry = None
        if not leg.held:
            return LONG if enter_long else SHORT if enter_short else 0
        held = leg.held
        ahead, back = (enter_long, enter_short) if held.side == LONG else (enter_short, enter_long)
        if back or (wish.exit_long if held.side == LONG else wish.exit_short):
            leg.leaving = leg.leaving or "signal"
        if back:
            # With a cooldown a reversal is the exit alone.
            leg.entry = None
            return 0 if leg.terms.cooldown else -held.side
        adds = ahead and not leg.leaving and held.adds < leg.terms.pyramiding
        return held.side if adds else 0

    def _entry_signals(self, leg: Leg, wish: Wish) -> tuple[bool, bool]:
        enter_long = wish.enter_long and leg.terms.side != "short"
        enter_short = wish.enter_short and leg.terms.side != "long"
        if enter_long and enter_short:
            return False, False
        return enter_long and not wish.exit_long, enter_short and not wish.exit_short

    def _decide_entry(self, leg: Leg, side: int, equity: float) -> None:
        if self._no_slot(leg):
            self._count("no_slot")
        elif not self._valid(leg, side):
            self._count("invalid_levels")
        else:
            self._order(leg, side, equity)

    def _cooling_down(self, leg: Leg) -> bool:
        if leg.last_exit is None or leg.terms.cooldown == 0:
            return False
        return leg.time + leg.terms.length < leg.last_exit + leg.terms.cooldown * leg.terms.length

    def _no_slot(self, leg: Leg) -> bool:
        busy = sum(other.busy() for other in self.legs if other is not leg)
        return 0 < self.limits.open_positions <= busy

    def _valid(self, leg: Leg, side: int) -> bool:
        wish = leg.now.wish
        behind = (wish.stop_loss, wish.trailing_stop)
        ahead = (wish.take_profit, wish.break_even)
        others = (wish.max_bars, wish.size, wish.expiry if leg.terms.limit_entries else 0.0)
        if any(math.isnan(n) or n < 0 for n in (*behind, *ahead, *others)):
            return False
        if any(fraction >= 1 for fraction in (behind if side == LONG else ahead)):
            return False
        return not leg.terms.limit_entries or self._limit_price(leg) > 0

    def _limit_price(self, leg: Leg) -> float:
        price = float(leg.now.wish.limit)
        return leg.terms.costs.level(price, 0.0) if math.isfinite(price) else math.nan

    def _order(self, leg: Leg, side: int, equity: float) -> None:
        costs, wish = leg.terms.costs, leg.now.wish
        close = leg.now.bid.close
        money = leg.terms.sizing.money(wish, equity, leg.rows)
        wanted = max(0.0, money) / (close * leg.rate)
        allowed = self._within_exposure(leg, wanted, close, equity)
        if allowed < wanted * (1 - 1e-12):
            self._count("cut_to_exposure")
        quantity = costs.lots(allowed)
        if quantity == 0 or self._too_small(leg, quantity, close):
            self._count("below_minimum")
            return
        leg.entry = Entry(side, quantity, wish)
        if leg.terms.limit_entries:
            self._rest(leg, leg.entry)

    def _rest(self, leg: Leg, entry: Entry) -> None:
        free, price = max(0.0, self._free()), self._limit_price(leg)
        entry.limit = price
        entry.reserved = min(free, leg.terms.costs.cost(entry.quantity, price, leg.rate, leg.terms.costs.maker))
        if entry.wish.expiry > 0:
            entry.until = leg.time + leg.terms.length * (1 + entry.wish.expiry)

    def _within_exposure(self, leg: Leg, quantity: float, close: float, equity: float) -> float:
        for limit, legs in (
            (self.limits.exposure, self.legs),
            (self.limits.symbol_exposure, [other for other in self.legs if other.terms.symbol == leg.terms.symbol]),
        ):
            room = limit * equity - math.fsum(self._exposure(other) for other in legs)
            if limit > 0 and quantity * close * leg.rate > room:
                quantity = max(0.0, room) / (close * leg.rate)
        return quantity

    def _exposure(self, leg: Leg) -> float:
        """Of a position that stays, and of an entry that is pending or rests, at the last close."""
        total = 0.0
        if leg.held and leg.stays():
            total += leg.held.quantity * leg.last.of(leg.held.side).close * leg.rate
        if leg.entry:
            total += leg.entry.quantity * leg.last.bid.close * leg.rate
        return total

    # -- money ----------------------------------------------------------------------------------------------------

    def _worth(self, leg: Leg) -> float:
        """Unrealised profit at the last close."""
        if leg.held is None:
            return 0.0
        held, close = leg.held, leg.last.of(leg.held.side).close
        return held.side * held.quantity * (close - held.price) * leg.rate

    def _free(self) -> float:
        return self.balance - self._locked()

    def _locked(self) -> float:
        margins = [leg.held.margin for leg in self.legs if leg.held]
        return math.fsum(margins + [leg.entry.reserved for leg in self.legs if leg.entry])

    def _too_small(self, leg: Leg, quantity: float, price: float) -> bool:
        return quantity * price < leg.terms.costs.minimum

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def _audit(self) -> None:
        """Money is conserved; what is open has a quantity, its margin and its share of all fees."""
        held = [(leg, leg.held) for leg in self.legs if leg.held]
        realised = math.fsum([t["profit"] for t in self.trades] + [-h.fees - h.carry for _, h in held])
        turnover = math.fsum(abs(t["cost"]) for t in self.trades) + math.fsum(h.cost for _, h in held)
        assert abs(self.cash + realised - self.balance) <= 1e-11 * (self.cash + turnover)
        for leg, position in held:
            assert position.quantity > 0
            assert math.isclose(position.margin * leg.terms.costs.leverage, position.cost, rel_tol=1e-9)
        assert all(leg.entry is None or leg.entry.reserved >= 0 for leg in self.legs)


def ranked(legs: Iterable[Leg]) -> list[Leg]:
    """Legs with an entry, the higher priority first."""
    return sorted(legs, key=lambda leg: -leg.entry.wish.priority)  # type: ignore[union-attr]


def exact(value: float) -> Decimal:
    """The decimal a float was written as."""
    return Decimal(repr(float(value)))


def rounded(value: Decimal, step: Decimal, how: str) -> float:
    """A decimal rounded to a step; halves go up, for negative ones too."""
    count = value / step
    if how == ROUND_HALF_UP:
        return float((count + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * step)
    return float(count.to_integral_value(how) * step)
