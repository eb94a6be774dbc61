"""Requests to endpoints: from what was sent to what is answered."""

from __future__ import annotations

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.door import Door, Sent, read_parameters
from tradefleet.exchange.wire.endpoint import Call, Desk
from tradefleet.exchange.wire.limits import Limiter, Refused
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.responses import FAILED, LOGGER, Answer, Cut, encoded, refusal
from tradefleet.exchange.wire.routes import Route, Routes, without_prefix
from tradefleet.exchange.wire.trouble import Asked, Trouble, fill_first


class Rest:
    """Answers requests, with the faults that are asked for."""

    def __init__(
        self,
        exchange: Exchange,
        routes: Routes,
        limiter: Limiter,
        desk: Desk,
        trouble: Trouble,
    ) -> None:
        self.door = Door(exchange)
        self._exchange = exchange
        self._routes = routes
        self._limiter = limiter
        self._desk = desk
        self._trouble = trouble

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
        if self._trouble.none:
            return self._answer(route, sent, parameters)
        holder = self.door.known(sent.api_key)
        account = None if holder is None else holder.name
        asked = Asked(route.market, sent.method, path, sent.address, account, bool(route.endpoint.orders))
        fault = self._trouble.of(asked, parameters)
        if fault is not None:
            filled = fault.fill_first
            return await self._trouble.around(fault, asked, lambda: self._answer(route, sent, parameters, filled))
        answer = self._answer(route, sent, parameters)
        self._trouble.remember(asked, answer)
        return answer

    def _answer(self, route: Route, sent: Sent, parameters: Parameters, filled: bool = False) -> Answer:
        """The answer to a request; `filled`: an order that it would cancel fills first."""
        endpoint, market, limiter = route.endpoint, route.market, self._limiter
        headers = ""
        try:
            weight = limiter.spend(market, sent.address, endpoint.cost(parameters))
            headers = f"X-MBX-USED-WEIGHT: {weight}\r\nX-MBX-USED-WEIGHT-1M: {weight}\r\n"
            account = self.door.admit(endpoint, market, sent, parameters)
            if endpoint.orders and account is not None:
                headers += limiter.spend_orders(market, account.name, endpoint.orders)
            if filled and account is not None and endpoint.method == "DELETE":
                fill_first(self._exchange.engines[market], account.name, parameters)
            body = encoded(endpoint.answer(Call(self._exchange, account, parameters, self.door.now, self._desk)))
        except Refused as refused:
            if not headers:
                used = limiter.weight_count(market, sent.address).used
                headers = f"X-MBX-USED-WEIGHT: {used}\r\nX-MBX-USED-WEIGHT-1M: {used}\r\n"
            if refused.retry_after:
                headers += f"Retry-After: {refused.retry_after}\r\n"
            return refusal(refused, headers)
        except Reject as reject:
            return refusal(reject, headers)
        except Exception:  # noqa: BLE001 - whatever is wrong with an endpoint, its client is answered and others go on
            LOGGER.exception("%s %s has failed", endpoint.method, endpoint.path)
            return refusal(FAILED, headers)
        return Answer(body, 200, headers)
