"""A desk: one leg of a run, its bars a chunk at a time, and the strategy that acts on them, if one does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.carrying import settle
from tradefleet.simulation.columns import POSITIONS, DecisionColumns, Integers, LegColumns, at
from tradefleet.simulation.entries import free_cash
from tradefleet.simulation.exits import watched
from tradefleet.simulation.managing import manage, moves_at_every_close
from tradefleet.simulation.on_bar.book import Book, count_doubt
from tradefleet.simulation.on_bar.listed import listed, listed_carry
from tradefleet.simulation.on_bar.run import Run
from tradefleet.simulation.on_bar.terms import entry_columns
from tradefleet.simulation.phases import (
    as_of,
    decided,
    entry_at_open,
    exits_at_open,
    exits_inside,
    expired,
    limit_entry,
    with_order,
    with_signals,
)
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.simulation.rules.timer import time_is_up
from tradefleet.simulation.state import (
    NO_EXIT,
    TIME,
    Market,
    Policy,
    first_leg,
    with_orders,
    with_position,
)
from tradefleet.strategies.on_bar import Bar, Order, Terms, TradingAccount, bar_type, strategy_failed
from tradefleet.strategies.strategy import Strategy
from tradefleet.trading.size import Size

# Bars that are lists at one time: a list of floats takes five times the memory of an array.
CHUNK = 8192


@dataclass(frozen=True, eq=False)
class Acting:
    """A strategy that acts bar by bar, and what it reads.

    `values` has a column for each name of an indicator, `allowed` the signals that side and session leave at each
    bar; `first` is the first bar it is asked at. `policy_of` gives the policy of a size other than its own.
    """

    strategy: Strategy
    names: tuple[str, ...]
    values: tuple[NDArray[Any], ...]
    allowed: NDArray[np.uint8]
    volume: NDArray[np.float64]
    first: int
    policy_of: Callable[[Size], Policy]


class Desk:
    """One leg: the phases of its bars, each given the run; `row` counts within its chunk of columns."""

    def __init__(
        self, number: int, symbol: str, columns: LegColumns, market: Market, policy: Policy, acting: Acting | None
    ) -> None:
        self.number, self.symbol, self.market, self.policy = number, symbol, market, policy
        self.leg = first_leg(float(columns.rate[0]))
        # At its last close: what the position is marked at, the bid, and the conversion.
        self.mark = self.last_close = 0.0
        self.rate = self.leg.rate
        self._all, self._carry = columns, listed_carry(columns.carry)
        self._total = len(columns.bid.time)
        self.begin = self.length = self.row = 0
        self.columns = columns
        self.bars: list[Bar] = []
        self.allowed: list[int] = []
        self.acting = acting
        self.flags, self.terms = 0, NOTHING
        if acting is not None:
            # A run of its own: what on_bar keeps on self does not reach the next one.
            self.strategy = acting.strategy.for_symbol(acting.strategy.symbol)
            self.account = TradingAccount(self.strategy, acting.policy_of)
            self.book = Book(self.strategy.side, self.account)
            self.policy_of: Callable[[Size], Policy] = acting.policy_of
            self.first = acting.first
            try:
                self.strategy.start()
            except Exception as error:
                raise strategy_failed(self.strategy, "start", error) from error

    # -- bars ---------------------------------------------------------------------------------------------------------

    def load(self) -> bool:
        """Take up the next chunk of bars; whether there is one."""
        begin, end = self.begin + self.length, min(self.begin + self.length + CHUNK, self._total)
        if self.length > 0:
            self.leg = as_of(self.leg, self.columns, self.length - 1, begin)
        self.begin, self.length, self.row = begin, end - begin, 0
        if begin == end:
            return False
        self.columns = listed(self._all, begin, end, self._carry)
        if self.acting is not None:
            self.bars = self._bars(self.acting, begin, end)
            self.allowed = self.acting.allowed[begin:end].tolist()
        return True

    def _bars(self, acting: Acting, begin: int, end: int) -> list[Bar]:
        bid, length = self.columns.bid, self.market.timeframe
        rows = zip(
            bid.time, [time + length for time in bid.time], repeat(self.symbol), bid.open, bid.high, bid.low, bid.close,
            acting.volume[begin:end].tolist(), *(values[begin:end].tolist() for values in acting.values),
            strict=False,
        )  # fmt: skip
        # Past Bar's own __new__, which is Python.
        return list(map(partial(tuple.__new__, bar_type(acting.names)), rows))

    @property
    def times(self) -> Integers:
        """When its bars open, all of them."""
        return self._all.bid.time

    @property
    def here(self) -> bool:
        """Whether there is a bar left."""
        return self.row < self.length

    def advance(self) -> None:
        """Go on to the next bar."""
        self.row += 1
        if self.row == self.length:
            self.load()

    # -- at the open and within the bar -------------------------------------------------------------------------------

    def opening(self, run: Run, row: int) -> None:
        """What is due, the pending exit or levels the open has passed, and orders to take off that it has passed."""
        columns = self.columns
        time = columns.bid.time[row]
        leg = as_of(self.leg, columns, row - 1, self.begin + row)
        open_price = columns.ask.open[row] if leg.position.side < 0.0 else columns.bid.open[row]
        wallet = run.wallet
        if columns.carry.time[leg.carried] <= time:
            wallet, leg = settle(wallet, leg, columns.carry, time + 1, open_price)
        wallet, leg = exits_at_open(wallet, leg, self.number, open_price, time, self.market, self.policy, run.journal)
        run.wallet, self.leg = expired(wallet, leg, time, run.journal.counts)
        if self.acting is not None and self.book:
            self.book.expire(self, run, row)
            self.book.take_off(self, run, row, open_price, open_price, open_price)

    def entering(self, run: Run, row: int) -> None:
        """The pending market entry."""
        before = run.journal.used[POSITIONS]
        run.wallet, self.leg = entry_at_open(
            run.wallet, self.leg, self.columns, row, self.columns.bid.time[row], self.market, self.policy, run.journal
        )
        if self.terms.tag and run.journal.used[POSITIONS] > before:
            run.tags[int(before)] = self.terms.tag

    def limits(self, run: Run, row: int) -> None:
        """Resting orders that open or add."""
        if self.acting is not None:
            if self.book:
                self.book.fill(self, run, row)
            return
        run.wallet, self.leg = limit_entry(
            run.wallet, self.leg, self.columns, row, self.columns.bid.time[row], self.market, self.policy, run.journal
        )

    def inside(self, run: Run, row: int) -> None:
        """The levels reached within the bar, orders that take off, and what fell due inside it."""
        columns = self.columns
        doubtful = False
        if self.acting is not None and self.book:
            doubtful = self.book.take_off_inside(self, run, row)
        counted = run.journal.counts.copy() if doubtful else None
        wallet, leg = exits_inside(
            run.wallet, self.leg, self.number, columns, row, self.market, self.policy, run.journal
        )
        if counted is not None:
            count_doubt(run.journal.counts, counted)
        close_time = columns.bid.time[row] + self.market.timeframe
        if columns.carry.time[leg.carried] < close_time:
            close = columns.ask.close[row] if leg.position.side < 0.0 else columns.bid.close[row]
            wallet, leg = settle(wallet, as_of(leg, columns, row, leg.bar), columns.carry, close_time, close)
        run.wallet, self.leg = wallet, leg
        if self.acting is not None and self.book:
            self.book.reserve(self, run)

    # -- at the close -------------------------------------------------------------------------------------------------

    def closing(self, row: int, close: float, close_time: int) -> None:
        """Levels move, the timer ends."""
        held = self.leg.position
        if held.trail > 0.0 or moves_at_every_close(held, self.policy, self.columns):
            distance = at(self.columns.decisions.trailing_distance, row)
            self.leg = with_position(self.leg, manage(held, close, close_time, distance, self.market, self.policy))
        if time_is_up(close_time, held.entry_time, held.max_bars, self.market.timeframe):
            self.leg = with_orders(self.leg, TIME, self.leg.entry)

    def mark_to_close(self, close_time: int) -> None:
        """The close of its bar: what it is worth, then what that moves."""
        columns, row, side = self.columns, self.row, self.leg.position.side
        self.mark = columns.ask.close[row] if side < 0.0 else columns.bid.close[row]
        self.last_close, self.rate = columns.bid.close[row], at(columns.rate, row)
        if side != 0.0:
            self.closing(row, self.mark, close_time)

    def decides(self, run: Run, equity: float) -> bool:
        """Whether it asks for anything at this close."""
        if self.acting is None:
            return self.columns.decisions.signals[self.row] != 0  # type: ignore[no-any-return]
        if self.begin + self.row < self.first:
            return False
        self.show(run)
        self.account.equity = equity
        return self.ask(self.row)

    def show(self, run: Run) -> None:
        """The account as it is at this close, but for its equity."""
        account, held = self.account, self.leg.position
        account.position, account.entry_price = held.side * held.quantity, held.entry_price
        account.cash = free_cash(run.wallet)

    def ask(self, row: int) -> bool:
        """Call `on_bar`; whether it asks for anything."""
        bar = self.bars[row]
        try:
            self.strategy.on_bar(bar, self.account)
        except Exception as error:
            raise strategy_failed(self.strategy, "on_bar", error, bar.time) from error
        return self.account.requests > 0

    def said(self, row: int) -> int:
        """What is asked for, as signals; those of a strategy without `on_bar` are in its columns."""
        if self.acting is None:
            return self.columns.decisions.signals[row]  # type: ignore[no-any-return]
        account, flags = self.account, 0
        if account.leaves:
            flags |= EXIT_LONG if self.leg.position.side > 0.0 else EXIT_SHORT if self.leg.position.side < 0.0 else 0
        flags |= ENTER_LONG if account.enter_long is not None else 0
        flags |= ENTER_SHORT if account.enter_short is not None else 0
        return flags & self.allowed[row]

    def leaving(self, run: Run, row: int, close_time: int) -> float:
        """The exit that signals decide, and orders taken back; gives the side that is to be entered."""
        signals = self.said(row)
        leg = as_of(self.leg, self.columns, row, self.begin + row)
        reason, enters = decided(leg, signals, close_time, self.market, self.policy, run.journal.counts)
        run.wallet, self.leg = with_signals(run.wallet, leg, reason, enters, signals)
        if self.acting is not None:
            self.book.take_back(self.account.cancelled, run)
        return enters

    def ordering(self, run: Run, row: int, enters: float, equity: float, close_time: int, room: float) -> None:
        """The order to enter that was decided."""
        decisions: DecisionColumns = self.columns.decisions
        policy, index = self.policy, row
        if self.acting is not None:
            terms = self.account.enter_long if enters > 0.0 else self.account.enter_short
            self.terms = terms or NOTHING
            policy = self.policy if self.terms.size is None else self.policy_of(self.terms.size)
            decisions, index = entry_columns(self.strategy, self.terms, decisions, row), 0
        run.wallet, self.leg = with_order(
            run.wallet, self.leg, enters, decisions, index, equity, self.columns.bid.close[row], close_time, room,
            self.market, policy, run.journal,
        )  # fmt: skip

    @property
    def priority(self) -> float:
        """The rank of the entry it asks for at this close."""
        if self.acting is not None:
            return 0.0
        priority = at(self.columns.decisions.priority, self.row)
        return priority if math.isfinite(priority) else -math.inf

    @property
    def new_orders(self) -> Sequence[Order]:
        """The limit orders it asks for at this close."""
        return self.account.new if self.acting is not None else ()

    def heard(self) -> None:
        """What it asked for has been seen to."""
        if self.acting is not None:
            self.account.forget()

    # -- what others look at ------------------------------------------------------------------------------------------

    @property
    def time(self) -> int:
        """When its bar opens."""
        return self.columns.bid.time[self.row]  # type: ignore[no-any-return]

    @property
    def orders(self) -> int:
        """How many limit orders rest."""
        return 0 if self.acting is None else len(self.book)

    @property
    def busy(self) -> bool:
        """Whether something waits for the next bar."""
        return self.leg.leave != NO_EXIT or self.leg.entry.side != 0.0

    def stirs(self, row: int) -> bool:
        """Whether anything can happen to it within a bar."""
        columns, leg = self.columns, self.leg
        side = columns.ask if leg.position.side < 0.0 else columns.bid
        watch = watched(leg.position)
        return (
            self.busy
            or side.low[row] <= watch.below
            or side.high[row] >= watch.above
            or columns.carry.time[leg.carried] < columns.bid.time[row] + self.market.timeframe
            or (self.acting is not None and bool(self.book))
        )

    @property
    def unrealised(self) -> float:
        """What its position has won and not realised, at its last close."""
        held = self.leg.position
        if held.side == 0.0:
            return 0.0
        return held.side * held.quantity * (self.mark - held.entry_price) * self.rate

    @property
    def takes_a_slot(self) -> bool:
        """Whether it holds a position that nothing has decided to leave, or has an entry under way."""
        leg = self.leg
        stays = leg.position.side != 0.0 and leg.leave == NO_EXIT
        return stays or leg.entry.side != 0.0 or (self.acting is not None and self.book.opens(leg.position.side))

    @property
    def exposed(self) -> float:
        """The notional of its position and of its entries under way, at its last close."""
        leg = self.leg
        held, notional = leg.position, 0.0
        if held.side != 0.0 and leg.leave == NO_EXIT:
            notional += held.quantity * self.mark * self.rate
        quantity = leg.entry.quantity if leg.entry.side != 0.0 else 0.0
        if self.acting is not None:
            quantity += self.book.quantity(held.side)
        return notional + quantity * self.last_close * self.rate


# The terms of an entry that names none.
NOTHING = Terms(None, None, None, None, None, None, "")
