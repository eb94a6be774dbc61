"""A stage for `on_bar`: a few bars, a function that acts at their closes, and the walk of desks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tradefleet.simulation.columns import Journal, new_journal
from tradefleet.simulation.on_bar import Acting, Desk, Walked, walk_desks
from tradefleet.simulation.rules.signals import ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT
from tradefleet.simulation.state import Limits, first_state
from tradefleet.strategies import Strategy
from tradefleet.strategies.on_bar import Bar, TradingAccount
from tradefleet.trading.size import Size, amount

from .scene import Outcome, bar_columns, make_columns, make_decisions, make_market, make_policy

Act = Callable[[int, Bar, TradingAccount], None]
LONG, SHORT = ENTER_LONG | EXIT_LONG, ENTER_SHORT | EXIT_SHORT
ALLOWED = {"long": LONG, "short": SHORT, "both": LONG | SHORT}
NO_LIMITS = Limits(0, 0.0, 0.0)


class Actor(Strategy):
    """Hands every bar to a function, with its number."""

    act: Act
    bar = 0

    def for_symbol(self, symbol: str) -> Actor:
        other = super().for_symbol(symbol)
        other.act = self.act
        return other

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        self.act(self.bar, bar, account)
        self.bar += 1


def actor(act: Act, **parameters: Any) -> Actor:
    made = Actor(**parameters)
    made.act = act
    return made


def desk_of(
    act: Act,
    rows: Sequence[Sequence[float]],
    *,
    side: str = "long",
    size: Size | None = None,
    number: int = 0,
    symbol: str = "X",
    stop: float = 0.0,
    target: float = 0.0,
    times: Sequence[int] | None = None,
    columns: Mapping[str, Any] | None = None,
    policy: Mapping[str, Any] | None = None,
    allowed: Sequence[int] | None = None,
    **market: Any,
) -> Desk:
    """A desk that acts from the first of these bars on; sized to 10 at a price of 100 unless told otherwise."""
    usual = size or amount(1000)
    made = make_market(**market)
    bars = bar_columns(rows, times, made.timeframe)
    decisions = make_decisions([0] * len(bars.time), stop_loss=stop, take_profit=target, size=usual.value)
    found = make_columns(bars, decisions, **(columns or {}))
    strategy = actor(act, side=side, size=usual, stop_loss=stop, take_profit=target).for_symbol(symbol)

    def policy_of(other: Size) -> Any:
        return make_policy(sizing=other.kind, **(policy or {}))

    masks = [ALLOWED[side]] * len(bars.time) if allowed is None else allowed
    acting = Acting(
        strategy, (), (), np.array(masks, np.uint8), np.zeros(len(bars.time)), 0, policy_of
    )  # fmt: skip
    return Desk(number, symbol, found, made, policy_of(usual), acting)


def walked(
    desks: Sequence[Desk], cash: float = 10_000.0, limits: Limits = NO_LIMITS, journal: Journal | None = None
) -> Walked:
    """Walk over all bars of some desks; each trades a symbol of its own."""
    times = np.unique(np.concatenate([desk.times for desk in desks]))
    room = new_journal(1, len(times) + 1, len(times)) if journal is None else journal
    return walk_desks(first_state(cash, int(times[0])), desks, range(len(desks)), limits, room)


def play(act: Act, rows: Sequence[Sequence[float]], cash: float = 10_000.0, **options: Any) -> Outcome:
    """What one desk left behind."""
    found = walked([desk_of(act, rows, **options)], cash)
    return Outcome(found.state, found.legs[0], found.journal)


def say(said: Mapping[int, Callable[[TradingAccount], object]]) -> Act:
    """Act at the closes of some bars, by their number."""

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number in said:
            said[number](account)

    return act
