"""Limits of the door: request weight by address, orders by account, messages and connections; bans for who goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.endpoint import Count
from tradefleet.market.time import SECOND

_SECONDS = {"SECOND": 1, "MINUTE": 60, "DAY": 86_400}
_MOST_COUNTERS = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """So many in so many seconds, minutes or days; windows start at multiples of their length."""

    interval: str
    number: int
    limit: int

    @property
    def nanoseconds(self) -> int:
        """How long it is."""
        return _SECONDS[self.interval] * self.number * SECOND

    @property
    def letter(self) -> str:
        """Its name in headers, as in "10S"."""
        return f"{self.number}{self.interval[0]}"


@dataclass(frozen=True, slots=True)
class MarketLimits:
    """The limits of one market; `messages` are those a websocket client may send in a second."""

    weight: Window
    requests: Window
    orders: tuple[Window, ...]
    messages: int
    streams: int


_SPOT = MarketLimits(
    weight=Window("MINUTE", 1, 6_000),
    requests=Window("MINUTE", 5, 61_000),
    orders=(Window("SECOND", 10, 100), Window("DAY", 1, 200_000)),
    messages=5,
    streams=1_024,
)
_PERPETUAL = MarketLimits(
    weight=Window("MINUTE", 1, 2_400),
    requests=Window("MINUTE", 5, 61_000),
    orders=(Window("SECOND", 10, 300), Window("MINUTE", 1, 1_200)),
    messages=10,
    streams=200,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits; seconds where times are meant.

    `patience` is how many requests may follow one that was answered with 429, in the same window, before the address is
    banned: for `first_ban` seconds, and each time for twice as long, up to `longest_ban`.
    """

    spot: MarketLimits = _SPOT
    perpetual: MarketLimits = _PERPETUAL
    connections: Window = field(default_factory=lambda: Window("MINUTE", 5, 300))
    patience: int = 10
    first_ban: int = 120
    longest_ban: int = 3 * 86_400

    def of(self, market: Market) -> MarketLimits:
        """The limits of a market."""
        return self.spot if market is Market.SPOT else self.perpetual


def unlimited() -> Limits:
    """Limits that nobody reaches, for load runs.

    >>> unlimited().spot.weight.limit
    1000000000
    """
    much = 10**9
    none = MarketLimits(
        Window("MINUTE", 1, much), Window("MINUTE", 5, much), (Window("SECOND", 10, much), Window("DAY", 1, much)),
        much, 1_024,
    )  # fmt: skip
    return Limits(spot=none, perpetual=none, connections=Window("MINUTE", 5, much))


class Violation(Enum):
    """What a client may do wrong, by the name under which it is counted."""

    WEIGHT = "weight"
    REQUESTS = "requests"
    ORDERS = "orders"
    BANNED = "requests_while_banned"
    BANS = "bans"
    MESSAGES = "messages"
    CONNECTIONS = "connections"
    STREAMS = "streams"


class _Counters:
    """How much of a window each caller has used."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.header = f"X-MBX-ORDER-COUNT-{window.letter}"
        self._length = window.nanoseconds
        self._used: dict[str, int] = {}
        self._ends = 0
        self._starts = 0

    def add(self, who: str, amount: int, now: int) -> int:
        """Count it; gives what is used with it."""
        used = self.used(who, now) + amount
        if len(self._used) < _MOST_COUNTERS or who in self._used:
            self._used[who] = used
        return used

    def used(self, who: str, now: int) -> int:
        """What is used in the window of now."""
        if not self._starts <= now < self._ends:
            # All windows of a kind end together.
            self._starts = now - now % self._length
            self._ends = self._starts + self._length
            self._used.clear()
        return self._used.get(who, 0)

    def left(self, now: int) -> int:
        """Whole seconds until the window ends, at least one."""
        return max(-(-(self._length - now % self._length) // SECOND), 1)


@dataclass(slots=True)
class _Ban:
    until: int
    seconds: int


class Refused(Reject):
    """A refusal of the limits; `retry_after` is in seconds, 0 where Binance does not say."""

    def __init__(self, code: int, message: str, status: int, retry_after: int = 0) -> None:
        super().__init__(code, message, status)
        self.retry_after = retry_after


class _MarketLimiter:
    """The counters of one market."""

    def __init__(self, market: Market, limits: Limits, violations: Counter[str]) -> None:
        self.market = market
        self._limits = limits
        own = limits.of(market)
        self.weight = _Counters(own.weight)
        self._requests = _Counters(own.requests)
        self.orders = tuple(_Counters(window) for window in own.orders)
        self._over = _Counters(own.weight)
        self._bans: dict[str, _Ban] = {}
        self._violations = violations

    def spend(self, address: str, weight: int, now: int) -> int:
        """Count a request; gives the weight used with it."""
        if self._bans:
            self._refuse_banned(address, now)
        used = self.weight.add(address, weight, now)
        if used > self.weight.window.limit:
            self._violations[Violation.WEIGHT.value] += 1
            raise self._too_much(address, self.weight, now)
        if self._requests.add(address, 1, now) > self._requests.window.limit:
            self._violations[Violation.REQUESTS.value] += 1
            raise self._too_much(address, self._requests, now)
        return used

    def ban(self, address: str, seconds: float, now: int) -> None:
        """Shut an address out from now on."""
        self._violations[Violation.BANS.value] += 1
        if len(self._bans) >= _MOST_COUNTERS:
            self._bans = {who: ban for who, ban in self._bans.items() if ban.until > now}
        self._bans[address] = _Ban(now + int(seconds * SECOND), int(seconds))

    def _too_much(self, address: str, counters: _Counters, now: int) -> Refused:
        if self._over.add(address, 1, now) > self._limits.patience:
            last = self._bans.get(address)
            seconds = self._limits.first_ban if last is None else min(2 * last.seconds, self._limits.longest_ban)
            self.ban(address, seconds, now)
            self._refuse_banned(address, now)
        window = counters.window
        if self.market is Market.SPOT:
            text = (
                f"Too much request weight used; current limit is {window.limit} request weight per {window.number} "
                f"{window.interval}. Please use WebSocket Streams for live updates to avoid polling the API."
            )
        else:
            text = (
                f"Too many requests; current limit of IP({address}) is {window.limit} requests per minute. "
                "Please use the websocket for live updates to avoid polling the API."
            )
        return Refused(-1003, text, 429, counters.left(now))

    def _refuse_banned(self, address: str, now: int) -> None:
        ban = self._bans.get(address)
        if ban is None or now >= ban.until:
            return
        self._violations[Violation.BANNED.value] += 1
        until = ban.until * 1_000 // SECOND
        if self.market is Market.SPOT:
            text = (
                f"Way too much request weight used; IP banned until {until}. "
                "Please use WebSocket Streams for live updates to avoid bans."
            )
        else:
            text = (
                f"Way too many requests; IP({address}) banned until {until}. "
                "Please use the websocket for live updates to avoid bans."
            )
        raise Refused(-1003, text, 418, max(-(-(ban.until - now) // SECOND), 1))


class Limiter:
    """Counts requests, orders and connections by a clock in UTC nanoseconds, and refuses what is too much."""

    def __init__(self, limits: Limits, clock: Callable[[], int]) -> None:
        self.limits = limits
        self._clock = clock
        self._violations: Counter[str] = Counter({each.value: 0 for each in Violation})
        self._markets = {market: _MarketLimiter(market, limits, self._violations) for market in Market}
        self._connections = _Counters(limits.connections)

    @property
    def violations(self) -> Mapping[str, int]:
        """How often each limit was broken."""
        return self._violations

    def spend(self, market: Market, address: str, weight: int) -> int:
        """Count a request of an address; gives the weight used in this window. Raises Refused."""
        return self._markets[market].spend(address, weight, self._clock())

    def spend_orders(self, market: Market, account: str, orders: int) -> str:
        """Count orders of an account; gives the lines of headers that tell them. Raises Refused."""
        now = self._clock()
        for counters in self._markets[market].orders:
            if counters.used(account, now) + orders > counters.window.limit:
                self._violations[Violation.ORDERS.value] += 1
                window = counters.window
                limit = f"{window.limit} orders per {window.number} {window.interval}"
                raise Refused(-1015, f"Too many new orders; current limit is {limit}.", 429)
        return "".join(f"{each.header}: {each.add(account, orders, now)}\r\n" for each in self._markets[market].orders)

    def order_counts(self, market: Market, account: str) -> list[Count]:
        """How much of each limit of orders an account has used."""
        now = self._clock()
        return [
            Count("ORDERS", each.window.interval, each.window.number, each.window.limit, each.used(account, now))
            for each in self._markets[market].orders
        ]

    def weight_count(self, market: Market, address: str) -> Count:
        """How much of the limit of weight an address has used."""
        counters = self._markets[market].weight
        window = counters.window
        used = counters.used(address, self._clock())
        return Count("REQUEST_WEIGHT", window.interval, window.number, window.limit, used)

    def connect(self, address: str) -> None:
        """Count a websocket connection of an address. Raises Refused."""
        now = self._clock()
        if self._connections.add(address, 1, now) > self._connections.window.limit:
            self.violated(Violation.CONNECTIONS)
            raise Refused(-1003, "Too many requests.", 429, self._connections.left(now))

    def ban(self, market: Market, address: str, seconds: float) -> None:
        """Shut an address out of a market."""
        self._markets[market].ban(address, seconds, self._clock())

    def violated(self, what: Violation) -> None:
        """Count what was found elsewhere."""
        self._violations[what.value] += 1
