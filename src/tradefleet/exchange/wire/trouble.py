"""What goes wrong on a request's way, when faults are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import msgspec

from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.orders import Order
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.faults.kinds import Canned, RequestFault
from tradefleet.exchange.wire.limits import Limiter
from tradefleet.exchange.wire.responses import Answer, Cut, encoded, lines, refusal

_MOST_REMEMBERED = 10_000
_IDS = ("orderId", "algoId")
_NO_ORDER = Reject(-2013, "Order does not exist.")


class RequestFaults(Protocol):
    """What decides on the faults of requests."""

    @property
    def idle(self) -> bool:
        """Whether no rule is in force, so that asking is a waste."""
        ...

    def on_request(
        self, method: str, path: str, account: str | None, parameters: Mapping[str, str]
    ) -> RequestFault | None:
        """What happens to a request, if anything."""
        ...


class Asked(NamedTuple):
    """What is known of a request before it is looked at: whose it seems to be, and what it is for.

    `method` and `path` are those of HTTP, also where it came by the websocket API. `places` says that it places orders.
    """

    market: Market
    method: str
    path: str
    address: str
    account: str | None
    places: bool


class Pause:
    """Waits that end early when the server stops."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait so long."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    def end(self) -> None:
        """End all waits, now and later."""
        self._over.set()


class Memory:
    """When orders were answered for, so that young ones can be hidden from reads.

    Times are those of the event loop: how old an order is to its client, whatever the market's clock does.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, object], float] = {}

    def note(self, account: str, body: bytes) -> None:
        """Remember the orders of an answer to a request that placed them."""
        now = asyncio.get_running_loop().time()
        for order in _orders(msgspec.json.decode(body)):
            for name in _IDS:
                number = order.get(name)
                if isinstance(number, int):
                    self._seen.setdefault((account, _kind(name, order), number), now)
        while len(self._seen) > _MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def hide(self, answer: Answer, account: str, seconds: float) -> Answer:
        """An answer to a read without the orders that are younger than so many seconds."""
        if answer.status != 200:
            return answer
        found = msgspec.json.decode(answer.body)
        if isinstance(found, list):
            kept = [each for each in found if not self._young(each, account, seconds)]
            return Answer(encoded(kept), answer.status, answer.headers)
        return refusal(_NO_ORDER, answer.headers) if self._young(found, account, seconds) else answer

    def _young(self, order: object, account: str, seconds: float) -> bool:
        if not isinstance(order, dict):
            return False
        born_after = asyncio.get_running_loop().time() - seconds
        seen = (self._seen.get((account, _kind(name, order), order.get(name))) for name in _IDS)
        return any(time is not None and time > born_after for time in seen)


class Trouble:
    """Requests that may go wrong on their way, by whichever door they come."""

    def __init__(self, faults: RequestFaults | None, limiter: Limiter, pause: Pause) -> None:
        self._faults = faults
        self._limiter = limiter
        self._pause = pause
        self._memory = Memory()

    @property
    def none(self) -> bool:
        """Whether nothing can go wrong now, so that nothing needs to be asked, or remembered for later."""
        return self._faults is None or self._faults.idle

    def of(self, asked: Asked, parameters: Mapping[str, str]) -> RequestFault | None:
        """What happens to a request, if anything."""
        if self._faults is None:
            return None
        return self._faults.on_request(asked.method, asked.path, asked.account, parameters)

    def remember(self, asked: Asked, answer: Answer) -> None:
        """Note the orders of an answer, to hide them from later reads."""
        if asked.account is not None and asked.places and answer.status == 200:
            self._memory.note(asked.account, answer.body)

    async def around(self, fault: RequestFault, asked: Asked, work: Callable[[], Answer]) -> Answer | Cut:
        """Answer a request by `work`, or not, with a fault around it."""
        await self._pause.wait(fault.delay_before)
        if fault.cut == "before":
            return Cut()
        if fault.ban:
            self._limiter.ban(asked.market, asked.address, fault.ban)
        answer = self._worked(fault, asked, work) if fault.answer is None else canned(fault.answer)
        if fault.replace is not None:
            answer = canned(fault.replace)
        if fault.truncate:
            answer = halved(answer)
        if fault.cut == "after":
            return Cut()
        await self._pause.wait(fault.delay_after)
        return answer

    def _worked(self, fault: RequestFault, asked: Asked, work: Callable[[], Answer]) -> Answer:
        answer = work()
        self.remember(asked, answer)
        if fault.hide_for and asked.account is not None and asked.method == "GET":
            return self._memory.hide(answer, asked.account, fault.hide_for)
        return answer


def _kind(name: str, order: Mapping[str, object]) -> str:
    return f"{name} {order.get('symbol')}"


def _orders(found: object) -> list[Mapping[str, object]]:
    if isinstance(found, list):
        return [each for each in found if isinstance(each, dict)]
    return [found] if isinstance(found, dict) else []


def canned(answer: Canned) -> Answer:
    """An answer that was made ready."""
    return Answer(answer.body, answer.status, lines(dict(answer.headers)), answer.content_type)


def halved(answer: Answer) -> Answer:
    """The first half of an answer's body, as if that were all."""
    return Answer(answer.body[: len(answer.body) // 2], answer.status, answer.headers, answer.content_type)


def fill_first(engine: Engine, account: str, parameters: Mapping[str, str]) -> None:
    """Fill an order that is about to be cancelled; a conditional one wakes instead."""
    try:
        order = _about_to_go(engine, account, parameters)
    except Reject:
        # The cancelling itself will tell the client.
        return
    price = order.request.limit_price
    if order.open and not order.working:
        engine.wake(order)
    elif order.open and price is not None:
        engine.fill_at(order, price, order.left, maker=True)


def _about_to_go(engine: Engine, account: str, parameters: Mapping[str, str]) -> Order:
    algo = parameters.get("clientAlgoId")
    if isinstance(engine, PerpetualEngine) and (algo is not None or "algoId" in parameters):
        found = engine.algos.order(account, algo_id=_number(parameters, "algoId"), client_id=algo)
        if not found.waiting:
            # One that has become an ordinary order is not cancelled by its own id.
            raise _NO_ORDER
        return found.order
    client_id = parameters.get("origClientOrderId")
    symbol = parameters.get("symbol", "")
    return engine.order(account, symbol, order_id=_number(parameters, "orderId"), client_id=client_id)


def _number(parameters: Mapping[str, str], name: str) -> int | None:
    found = parameters.get(name, "")
    return int(found) if found.isdecimal() else None
