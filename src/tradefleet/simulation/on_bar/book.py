"""The limit orders that a strategy has resting: which reserve their cost, which fill, in what order.

An order of the position's side, or where nothing is held, is an entry: it opens or adds. One against the position
works as a target does: it takes off what it can and never more, after the stop, and not in a bar in which a limit order
has entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradefleet.simulation.closing import leave
from tradefleet.simulation.columns import POSITIONS, Integers
from tradefleet.simulation.entries import free_cash, order_for, released, unit_cost
from tradefleet.simulation.exits import Exit, exit_at_open, exit_inside
from tradefleet.simulation.on_bar.run import Run
from tradefleet.simulation.on_bar.terms import entry_columns
from tradefleet.simulation.phases import expired, limit_entry
from tradefleet.simulation.rules.cooldown import cooling
from tradefleet.simulation.rules.fees import fee_of
from tradefleet.simulation.rules.limit_order import limit_fills, limit_price
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT
from tradefleet.simulation.rules.steps import nearest_step
from tradefleet.simulation.state import (
    AMBIGUOUS_EXITS,
    COOLING_DOWN,
    INVALID_LEVELS,
    NEVER,
    NO_EXIT,
    NO_SLOT,
    SIGNAL,
    TAKE_PROFIT,
    Entry,
    Wallet,
    no_entry,
    with_orders,
)
from tradefleet.strategies.on_bar import Order, TradingAccount

if TYPE_CHECKING:
    from tradefleet.simulation.on_bar.desk import Desk

# A smaller part of what is held than this is taken off alone; what a larger one would leave is rounding.
_PART = 1.0 - 1e-9


class Book:
    """The resting orders of one desk, the oldest first; what its account shows of them is kept the same."""

    def __init__(self, side: str, account: TradingAccount) -> None:
        self.entries: dict[Order, Entry] = {}
        self._account = account
        # The sides that may open a position; the others take off only.
        self._opening = {"long": (1.0,), "short": (-1.0,)}.get(side, (1.0, -1.0))

    def __len__(self) -> int:
        return len(self.entries)

    # -- what it means to others --------------------------------------------------------------------------------------

    def enters(self, entry: Entry, held: float) -> bool:
        """Whether a fill would open a position or add to one; `held` is the position's side."""
        return entry.side in self._opening if held == 0.0 else entry.side == held

    def opens(self, held: float) -> bool:
        """Whether any order would."""
        return any(self.enters(entry, held) for entry in self.entries.values())

    def quantity(self, held: float) -> float:
        """How much they would open or add."""
        return sum(entry.quantity for entry in self.entries.values() if self.enters(entry, held))

    def reach(self, until: int) -> tuple[float, float, int]:
        """The dearest order to buy, the cheapest to sell, and when the first expires, `until` at the latest."""
        buys = [entry.limit for entry in self.entries.values() if entry.side > 0.0]
        sells = [entry.limit for entry in self.entries.values() if entry.side < 0.0]
        ends = min([until, *(entry.until for entry in self.entries.values())])
        return max(buys, default=float("-inf")), min(sells, default=float("inf")), ends

    # -- placed and taken back ----------------------------------------------------------------------------------------

    def place(
        self, desk: Desk, run: Run, row: int, order: Order, equity: float, close_time: int, room: float, *, full: bool
    ) -> None:
        """Rest a new order; `full` says that all slots are taken, `room` what exposure limits leave for entries."""
        entry = self._entry(desk, run, row, order, equity, close_time, room, full=full)
        if entry.side == 0.0:
            self._account.gone(order)
            return
        order.price, order.quantity = entry.limit, entry.quantity
        self.entries[order] = entry
        run.wallet = Wallet(run.wallet.balance, run.wallet.locked, run.wallet.reserved + entry.reserved)

    def _entry(
        self, desk: Desk, run: Run, row: int, order: Order, equity: float, close_time: int, room: float, *, full: bool
    ) -> Entry:
        held, market = desk.leg.position, desk.market
        side = 1.0 if order.side == "buy" else -1.0
        flag = ENTER_LONG if side > 0.0 else ENTER_SHORT
        enters = side in self._opening if held.side == 0.0 else side == held.side
        counts = run.journal.counts
        if enters:
            if desk.allowed[row] & flag == 0:
                return no_entry()
            if cooling(close_time, desk.leg.last_exit, desk.policy.cooldown, market.timeframe):
                counts[COOLING_DOWN] += 1
                return no_entry()
            if full:
                counts[NO_SLOT] += 1
                return no_entry()
        terms = order.terms
        columns = entry_columns(desk.strategy, terms, desk.columns.decisions, row, order.price, order.expiry)
        if held.side == -side and terms.size is None:
            return self._whole(desk, side, order, close_time, counts)
        policy = desk.policy if terms.size is None else desk.policy_of(terms.size)
        entry = order_for(
            run.wallet, desk.leg, side, columns, 0, equity, desk.columns.bid.close[row], close_time,
            room if enters else float("inf"), market, policy._replace(limit_entries=True), counts,
        )  # fmt: skip
        return entry if enters else entry._replace(reserved=0.0)

    def _whole(self, desk: Desk, side: float, order: Order, close_time: int, counts: Integers) -> Entry:
        """An order for all of the position that is against it."""
        price = nearest_step(order.price, desk.market.tick)
        if not price > 0.0:
            counts[INVALID_LEVELS] += 1
            return no_entry()
        until = close_time + int(order.expiry * desk.market.timeframe) if order.expiry > 0.0 else NEVER
        return Entry(side, desk.leg.position.quantity, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, price, 0.0, until)

    def take_back(self, orders: list[Order], run: Run) -> None:
        """Orders that the strategy cancels."""
        for order in orders:
            run.wallet = released(run.wallet, self.entries.pop(order))

    def reserve(self, desk: Desk, run: Run) -> None:
        """What has become an entry, since the position is another, reserves its cost or what is free of it."""
        held, leg, market = desk.leg.position.side, desk.leg, desk.market
        for order, entry in self.entries.items():
            enters = self.enters(entry, held)
            if enters and entry.reserved == 0.0:
                cost = entry.quantity * unit_cost(entry.limit, leg.rate, market.fees.maker, market)
                reserved = min(cost, max(free_cash(run.wallet), 0.0))
            elif not enters and entry.reserved > 0.0:
                reserved = 0.0
            else:
                continue
            wallet = released(run.wallet, entry)
            run.wallet = Wallet(wallet.balance, wallet.locked, wallet.reserved + reserved)
            self.entries[order] = entry._replace(reserved=reserved)

    # -- fills --------------------------------------------------------------------------------------------------------

    def expire(self, desk: Desk, run: Run, row: int) -> None:
        """Orders whose time is over."""
        time = desk.columns.bid.time[row]
        for order, entry in list(self.entries.items()):
            leg = with_orders(desk.leg, desk.leg.leave, entry)
            run.wallet, leg = expired(run.wallet, leg, time, run.journal.counts)
            if leg.entry.side == 0.0:
                self._drop(order)

    def fill(self, desk: Desk, run: Run, row: int) -> None:
        """Orders that open or add and that the bar trades through, the nearest to its open first."""
        for order in self._nearest(desk, row):
            if self.enters(self.entries[order], desk.leg.position.side):
                self._try(desk, run, row, order)

    def _try(self, desk: Desk, run: Run, row: int, order: Order) -> None:
        """One order by the rule for resting entries: filled or still resting."""
        leg, before = with_orders(desk.leg, desk.leg.leave, self.entries[order]), run.journal.used[POSITIONS]
        run.wallet, leg = limit_entry(
            run.wallet, leg, desk.columns, row, desk.columns.bid.time[row], desk.market, desk.policy, run.journal
        )
        if leg.entry.side == 0.0:
            self._drop(order)
            if order.terms.tag and run.journal.used[POSITIONS] > before:
                run.tags[int(before)] = order.terms.tag
        desk.leg = with_orders(leg, leg.leave, no_entry())

    def take_off(self, desk: Desk, run: Run, row: int, open_price: float, low: float, high: float) -> None:
        """Orders against the position that these prices trade through, the nearest to the open first."""
        for order in self._nearest(desk, row):
            leg, entry = desk.leg, self.entries[order]
            held = leg.position
            if held.side == 0.0 or entry.side != -held.side:
                continue
            nearer = entry.limit <= held.target if held.side > 0.0 else entry.limit >= held.target
            if not (nearer and limit_fills(entry.side, low, high, entry.limit)):
                continue
            quantity = entry.quantity if entry.quantity < held.quantity * _PART else held.quantity
            price = limit_price(entry.side, open_price, entry.limit)
            fee = fee_of(quantity, price, desk.market.fees.maker, desk.market.fees)
            found, wallet = Exit(SIGNAL, quantity, price, fee), released(run.wallet, entry)
            run.wallet, desk.leg = leave(
                wallet, leg, desk.number, found, desk.columns.bid.time[row], desk.market, desk.policy, run.journal
            )
            self._drop(order)

    def take_off_inside(self, desk: Desk, run: Run, row: int) -> bool:
        """Orders against the position within the bar; none where a stop is touched, and then whether one might have.

        A nearer one comes before the target.
        """
        leg = desk.leg
        held = leg.position
        bars = desk.columns.bid if held.side > 0.0 else desk.columns.ask
        open_price, low, high = bars.open[row], bars.low[row], bars.high[row]
        if held.side == 0.0 or leg.bar < held.target_from:
            return False
        if exit_at_open(leg, open_price, leg.bar, desk.market, desk.policy).reason != NO_EXIT:
            return False
        found = exit_inside(leg, open_price, low, high, leg.bar, desk.market, desk.policy)
        if found.reason in (NO_EXIT, TAKE_PROFIT):
            self.take_off(desk, run, row, open_price, low, high)
            return False
        against = [entry for entry in self.entries.values() if entry.side == -held.side]
        return any(limit_fills(entry.side, low, high, entry.limit) for entry in against)

    def _nearest(self, desk: Desk, row: int) -> list[Order]:
        """All orders, those first whose price is nearest to the open, or passed by it; of equal ones the older."""
        bid, ask = desk.columns.bid.open[row], desk.columns.ask.open[row]

        def distance(order: Order) -> float:
            entry = self.entries[order]
            away: float = max(0.0, ask - entry.limit if entry.side > 0.0 else entry.limit - bid)
            return away

        return sorted(self.entries, key=distance)

    def _drop(self, order: Order) -> None:
        del self.entries[order]
        self._account.gone(order)


def count_doubt(counts: Integers, before: Integers) -> None:
    """A stop was taken where an order might have filled first; counted once."""
    if counts[AMBIGUOUS_EXITS] == before[AMBIGUOUS_EXITS]:
        counts[AMBIGUOUS_EXITS] += 1
