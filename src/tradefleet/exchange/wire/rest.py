"""Requests to endpoints: from what was sent to what is answered."""

from __future__ import annotations

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.faults.kinds import RequestFault
from tradefleet.exchange.wire.door import Door, Sent, read_parameters
from tradefleet.exchange.wire.endpoint import Call, Desk
from tradefleet.exchange.wire.limits import Limiter, Refused
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.responses import Answer, Cut, encoded, refusal
from tradefleet.exchange.wire.routes import Route, Routes, without_prefix
from tradefleet.exchange.wire.trouble import Memory, Pause, RequestFaults, canned, fill_first, halved


class Rest:
    """Answers requests, with the faults that are asked for."""

    def __init__(
        self,
        exchange: Exchange,
        routes: Routes,
        limiter: Limiter,
        desk: Desk,
        faults: RequestFaults | None,
        pause: Pause,
    ) -> None:
        self.door = Door(exchange)
        self._exchange = exchange
        self._routes = routes
        self._limiter = limiter
        self._desk = desk
        self._faults = faults
        self._pause = pause
        self._memory = Memory()

    async def serve(self, sent: Sent) -> Answer | Cut:
        """The answer to a request; its path may have a market's prefix."""
        path, _ = without_prefix(sent.path)
        route = self._routes.find(sent.method, path)
        if route is None:
            return self._routes.nowhere(sent.method, path)
        try:
            parameters = read_parameters(sent)
        except Reject as reject:
            return refusal(reject)
        if self._faults is not None:
            holder = self.door.known(sent.api_key)
            account = None if holder is None else holder.name
            fault = self._faults.on_request(sent.method, path, account, parameters)
            if fault is not None:
                return await self._troubled(fault, route, sent, parameters, account)
            answer = self._answer(route, sent, parameters)
            self._remember(route, answer, account)
            return answer
        return self._answer(route, sent, parameters)

    def _answer(self, route: Route, sent: Sent, parameters: Parameters) -> Answer:
        endpoint, market, limiter = route.endpoint, route.market, self._limiter
        headers = ""
        try:
            weight = limiter.spend(market, sent.address, endpoint.cost(parameters))
            headers = f"X-MBX-USED-WEIGHT: {weight}\r\nX-MBX-USED-WEIGHT-1M: {weight}\r\n"
            account = self.door.admit(endpoint, market, sent, parameters)
            if endpoint.orders and account is not None:
                headers += limiter.spend_orders(market, account.name, endpoint.orders)
            payload = endpoint.answer(Call(self._exchange, account, parameters, self.door.now, self._desk))
        except Refused as refused:
            if not headers:
                used = limiter.weight_count(market, sent.address).used
                headers = f"X-MBX-USED-WEIGHT: {used}\r\nX-MBX-USED-WEIGHT-1M: {used}\r\n"
            if refused.retry_after:
                headers += f"Retry-After: {refused.retry_after}\r\n"
            return refusal(refused, headers)
        except Reject as reject:
            return refusal(reject, headers)
        return Answer(encoded(payload), 200, headers)

    async def _troubled(
        self, fault: RequestFault, route: Route, sent: Sent, parameters: Parameters, account: str | None
    ) -> Answer | Cut:
        await self._pause.wait(fault.delay_before)
        if fault.cut == "before":
            return Cut()
        if fault.ban:
            self._limiter.ban(route.market, sent.address, fault.ban)
        if fault.answer is not None:
            answer = canned(fault.answer)
        else:
            if fault.fill_first and account is not None and sent.method == "DELETE":
                fill_first(self._exchange.engines[route.market], account, parameters)
            answer = self._answer(route, sent, parameters)
            self._remember(route, answer, account)
            if fault.hide_for and account is not None and sent.method == "GET":
                answer = self._memory.hide(answer, account, fault.hide_for)
        if fault.replace is not None:
            answer = canned(fault.replace)
        if fault.truncate:
            answer = halved(answer)
        if fault.cut == "after":
            return Cut()
        await self._pause.wait(fault.delay_after)
        return answer

    def _remember(self, route: Route, answer: Answer, account: str | None) -> None:
        if account is not None and route.endpoint.orders and answer.status == 200:
            self._memory.note(account, answer.body)
