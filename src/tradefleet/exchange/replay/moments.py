"""What a market is to the driver: steps, and the moments within them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import Event
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.replay.tape import MarketTape


class Moment(NamedTuple):
    """A time something happens at, told before it does; with `hold` it has happened and clients may act on it.

    `inside` is a hold within a bar, after orders of clients have filled.
    """

    time: int
    hold: bool = False
    inside: bool = False


class Telling(Protocol):
    """Whatever events are handed to."""

    def emit(self, event: Event) -> None:
        """Tell everybody."""
        ...

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Listen from now on; what comes back ends it."""
        ...


class Venue(Protocol):
    """What a market drives: the exchange."""

    @property
    def engines(self) -> Mapping[Market, Engine]:
        """The engine of each market."""
        ...

    @property
    def clock(self) -> Callable[[], int]:
        """The market's time."""
        ...

    @property
    def events(self) -> Telling:
        """Where events go."""
        ...


class DrivenMarket(Protocol):
    """Prices that can be played, step by step."""

    @property
    def symbols(self) -> Sequence[Symbol]:
        """Everything that is traded, of both markets."""
        ...

    @property
    def tapes(self) -> Mapping[Market, MarketTape]:
        """The tape of each market."""
        ...

    @property
    def start_time(self) -> int:
        """When it begins, in UTC nanoseconds."""
        ...

    def start(self, venue: Venue) -> None:
        """Drive this exchange, from the first prices on."""
        ...

    def next_time(self) -> int | None:
        """When the next step begins, None at the end of the data."""
        ...

    def phases(self) -> Iterator[Moment]:
        """Play a step, moment by moment."""
        ...

    def step(self) -> bool:
        """Play a whole step at once; False, and nothing, at the end of the data."""
        ...
