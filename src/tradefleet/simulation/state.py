"""What a simulation carries from one bar to the next.

Named tuples of numbers, so that plain and compiled code share them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.simulation.rules.drawdown import Drawdown
from tradefleet.simulation.rules.fees import Fees
from tradefleet.simulation.rules.margin import Margin
from tradefleet.simulation.rules.sizing import Lots, Record
from tradefleet.simulation.rules.slippage import Slippage
from tradefleet.simulation.rules.steps import Steps

DAY = 86_400_000_000_000
# A time that no bar reaches, and one before all.
NEVER = 2**62
LONG_AGO = -(2**62)

# Why a position was left.
NO_EXIT = 0
SIGNAL = 1
STOP_LOSS = 2
TAKE_PROFIT = 3
TRAILING_STOP = 4
TIME = 5
LIQUIDATION = 6
OPEN = 7
EXIT_REASONS = ("", "signal", "stop_loss", "take_profit", "trailing_stop", "time", "liquidation", "open")

# What is counted besides trades.
INVALID_LEVELS = 0
BELOW_MINIMUM = 1
CUT_TO_CASH = 2
NOT_AFFORDABLE = 3
NO_SLOT = 4
CUT_TO_EXPOSURE = 5
COOLING_DOWN = 6
EXPIRED = 7
AMBIGUOUS_EXITS = 8
RESOLVED_EXITS = 9
COUNTS = (
    "invalid_levels",
    "below_minimum",
    "cut_to_cash",
    "not_affordable",
    "no_slot",
    "cut_to_exposure",
    "cooling_down",
    "expired",
    "ambiguous_exits",
    "resolved_exits",
)


class Market(NamedTuple):
    """The costs and steps of one instrument in one account, the length of its bars (ns) and how many make a year."""

    fees: Fees
    slippage: Slippage
    tick: Steps
    lots: Lots
    margin: Margin
    timeframe: int
    bars_per_year: float


class Sizing(NamedTuple):
    """How the size of an entry is meant: the kind, and the numbers of volatility targets and of Kelly's."""

    kind: int
    most: float
    multiple: float
    cap: float
    least_trades: float
    floor: float


class Policy(NamedTuple):
    """What is constant in a strategy: how it sizes, adds to, scales out of and rests.

    `scale_out` has rows of fraction and share, `aging` of bars and fraction; `cooldown` is in bars.
    """

    sizing: Sizing
    scale_out: NDArray[np.float64]
    aging: NDArray[np.float64]
    pyramiding: int
    cooldown: float
    limit_entries: bool


class Limits(NamedTuple):
    """What the account allows all legs together; 0 is no limit. Exposures are multiples of the equity."""

    open_positions: int
    exposure: float
    symbol_exposure: float


class Wallet(NamedTuple):
    """Money: what is realised, and what of it is margin of positions or reserved by resting orders."""

    balance: float
    locked: float
    reserved: float


class Position(NamedTuple):
    """What is held; `side` 0.0 is nothing. Levels are prices, infinitely far where there is none.

    `fees`, `carry` (funding and swaps paid), `margin` and `cost` (notional at the entry) are money, for what is still
    held. `target` is for all of it, `part` the next level to scale out at, of which `parts` are done; targets work from
    `target_from` on. `best_close` is the best since entry where the stop trails, `trailed` the level that follows it.
    """

    side: float
    quantity: float
    first_quantity: float
    entry_price: float
    fees: float
    carry: float
    margin: float
    cost: float
    liquidation: float
    stop: float
    trailed: float
    target: float
    part: float
    trail: float
    best_close: float
    break_even: float
    max_bars: float
    trailing: bool
    parts: int
    adds: int
    number: int
    entry_bar: int
    target_from: int
    entry_time: int


class Entry(NamedTuple):
    """An order to enter, decided at a close; `side` 0.0 is none.

    With a `limit` price it rests, for bars that open before `until`, and has reserved money; without, it fills at the
    next open.
    """

    side: float
    quantity: float
    stop_loss: float
    take_profit: float
    trailing_stop: float
    break_even: float
    max_bars: float
    priority: float
    limit: float
    reserved: float
    until: int


class Leg(NamedTuple):
    """One strategy on one symbol: what it holds and has decided, and what of its last bar the next one needs.

    `leave` is why the position is left at the next open; `realised` is what it brought to the balance.
    """

    position: Position
    leave: int
    entry: Entry
    last_exit: int
    record: Record
    realised: float
    rate: float
    last_range: float
    last_volume: float
    carried: int
    bar: int


class State(NamedTuple):
    """What a run carries besides its legs: it can stop after any bar and go on from here."""

    wallet: Wallet
    drawdown: Drawdown
    day_end: int
    equity: float
    close_time: int
    steps: int


def flat() -> Position:
    """No position."""
    away = math.inf
    return Position(
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -away, -away, -away, away, away,
        0.0, 0.0, 0.0, 0.0, False, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip


def no_entry() -> Entry:
    """Nothing decided."""
    return Entry(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)


def first_leg(rate: float) -> Leg:
    """A leg before its first bar; `rate` converts to the account's currency."""
    return Leg(flat(), NO_EXIT, no_entry(), LONG_AGO, Record(0.0, 0.0, 0.0, 0.0), 0.0, rate, 0.0, 0.0, 0, 0)


def first_state(cash: float, time: int) -> State:
    """The state before the first bar, which opens at `time`."""
    drawdown = Drawdown(cash, time, cash, 0.0, 0, False)
    return State(Wallet(cash, 0.0, 0.0), drawdown, time - time % DAY + DAY, cash, time, 0)


def with_levels(
    held: Position, stop: float, trailed: float, target: float, best: float, break_even: float, trailing: bool
) -> Position:
    """The position with its levels where a close has moved them."""
    return Position(
        held.side, held.quantity, held.first_quantity, held.entry_price, held.fees, held.carry, held.margin, held.cost,
        held.liquidation, stop, trailed, target, held.part, held.trail, best, break_even, held.max_bars, trailing,
        held.parts, held.adds, held.number, held.entry_bar, held.target_from, held.entry_time,
    )  # fmt: skip


def with_amounts(
    held: Position, quantity: float, fees: float, carry: float, margin: float, cost: float, part: float, parts: int
) -> Position:
    """The position with other amounts, so many parts of it gone, the next one's level at `part`."""
    return Position(
        held.side, quantity, held.first_quantity, held.entry_price, fees, carry, margin, cost,
        held.liquidation, held.stop, held.trailed, held.target, part, held.trail, held.best_close, held.break_even,
        held.max_bars, held.trailing, parts, held.adds, held.number, held.entry_bar, held.target_from, held.entry_time,
    )  # fmt: skip


def with_position(leg: Leg, position: Position) -> Leg:
    """The leg, holding another position."""
    return Leg(
        position, leg.leave, leg.entry, leg.last_exit, leg.record, leg.realised,
        leg.rate, leg.last_range, leg.last_volume, leg.carried, leg.bar,
    )  # fmt: skip


def with_orders(leg: Leg, leave: int, entry: Entry) -> Leg:
    """The leg, with other orders."""
    return Leg(
        leg.position, leave, entry, leg.last_exit, leg.record, leg.realised,
        leg.rate, leg.last_range, leg.last_volume, leg.carried, leg.bar,
    )  # fmt: skip
