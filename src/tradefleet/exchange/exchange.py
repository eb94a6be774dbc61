"""The exchange in one object: two engines, the tapes of their prices, accounts and clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tradefleet.exchange.accounts import Accounts
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.engine.trace import Trace
from tradefleet.exchange.replay.prices import Tape

Listener = Callable[[Event], None]


@dataclass(slots=True)
class Events:
    """Hands every event to the trace and then to all who listen, in the order they came."""

    trace: Trace
    listeners: list[Listener] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Tell everybody."""
        self.trace(event)
        for listener in self.listeners:
            listener(event)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Listen from now on; the function that comes back ends it."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the wire serves.

    `clock` is the market's time: of bars, orders, fills, events. `wire_clock` is the time of the door: of signatures,
    rate limits, bans and `/time`. Both in UTC nanoseconds; they are one where the market runs in real time.
    """

    engines: Mapping[Market, Engine]
    tapes: Mapping[Market, Tape]
    accounts: Accounts
    clock: Callable[[], int]
    wire_clock: Callable[[], int]
    events: Events

    @property
    def spot(self) -> Engine:
        """The spot market."""
        return self.engines[Market.SPOT]

    @property
    def perpetual(self) -> Engine:
        """The market of USD-margined perpetuals."""
        return self.engines[Market.PERPETUAL]

    def need(self, market: Market, symbol: str) -> None:
        """Have a symbol's prices go on from now on: markets that are made up begin when somebody is interested."""
        tape = self.tapes.get(market)
        if tape is not None:
            tape.need(symbol)

    @property
    def trace(self) -> Trace:
        """The running hash of everything that happened."""
        return self.events.trace
