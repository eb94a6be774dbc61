"""Faults of requests that come by a websocket API: those of the endpoints that its methods stand for."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

import msgspec

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.faults.kinds import RequestFault
from tradefleet.exchange.wire.door import Door
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.responses import Answer, Cut, encoded
from tradefleet.exchange.wire.trouble import Asked, Trouble
from tradefleet.exchange.wire.user.sessions import ApiSession
from tradefleet.exchange.wire.ws_api import WsApi, parameters_of, read

_RETRY_AFTER = "Retry-After: "


class TroubledApi:
    """A websocket API whose requests may go wrong.

    A method meets the faults of the path it stands for; one of the connection itself has the path
    /ws-api/v3/NAME (perpetual: /ws-fapi/v1/NAME). An answer that is made ready comes in the API's own form; what is no
    JSON, or is cut in half, comes as it is.
    """

    def __init__(self, api: WsApi, door: Door, trouble: Trouble, path: str) -> None:
        self._api = api
        self._door = door
        self._trouble = trouble
        self._path = path

    def handle(
        self, session: ApiSession, message: Mapping[str, object]
    ) -> Mapping[str, object] | Awaitable[bytes | None]:
        """The answer to a request, or, with a fault, what has to be awaited: None where the connection is cut."""
        if self._trouble.none:
            return self._api.handle(session, message)
        found = self._asked(session, message)
        if found is None:
            return self._api.handle(session, message)
        asked, parameters = found
        fault = self._trouble.of(asked, parameters)
        if fault is not None:
            return self._around(fault, asked, session, message)
        said = self._api.handle(session, message)
        self._trouble.remember(asked, _answer(said))
        return said

    def _asked(self, session: ApiSession, message: Mapping[str, object]) -> tuple[Asked, Parameters] | None:
        """What a message asks for; None for one that makes no sense, which the API tells."""
        interface = self._api.interface
        try:
            sent, given = read(message)
            name = interface.name_of(sent)
        except Reject:
            return None
        endpoint, parameters = interface.endpoint(name), parameters_of(given)
        holder = self._door.known(parameters.get("apiKey")) or session.account
        asked = Asked(
            interface.market,
            endpoint.method,
            endpoint.path or f"{self._path}/{name}",
            session.address,
            None if holder is None else holder.name,
            bool(endpoint.orders),
        )
        return asked, parameters

    async def _around(
        self, fault: RequestFault, asked: Asked, session: ApiSession, message: Mapping[str, object]
    ) -> bytes | None:
        more: dict[str, object] = {}

        def work() -> Answer:
            said = self._api.handle(session, message, filled=fault.fill_first)
            if "rateLimits" in said:
                more["rateLimits"] = said["rateLimits"]
            return _answer(said)

        answer = await self._trouble.around(fault, asked, work)
        return None if isinstance(answer, Cut) else self._message(message.get("id"), answer, more)

    def _message(self, identity: object, answer: Answer, more: Mapping[str, object]) -> bytes:
        try:
            told = msgspec.json.decode(answer.body)
        except msgspec.DecodeError:
            return answer.body
        if answer.status == 200:
            return encoded({"id": identity, "status": 200, "result": told, **more})
        if answer.headers.startswith(_RETRY_AFTER) and isinstance(told, dict):
            now, seconds = self._door.now, int(answer.headers.removeprefix(_RETRY_AFTER).partition("\r")[0])
            told["data"] = {"serverTime": now, "retryAfter": now + seconds * 1_000}
        return encoded({"id": identity, "status": answer.status, "error": told, **more})


def _answer(said: Mapping[str, object]) -> Answer:
    """A message's content as an answer over HTTP."""
    status = said["status"]
    if status == 200:
        return Answer(encoded(said["result"]))
    return Answer(encoded(said["error"]), status if isinstance(status, int) else 500)
