"""Orders and fills that can be asked for: open ones all, ended ones and fills up to a bound."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tradefleet.exchange.engine.orders import Fill, Order

_Where = tuple[str, str]


class History:
    """Orders by account and symbol, oldest first; of ended orders and of fills the last `keep` are remembered."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._orders: dict[_Where, dict[int, Order]] = {}
        self._open: dict[_Where, dict[int, Order]] = {}
        self._by_client_id: dict[tuple[str, str, str], Order] = {}
        self._ended: deque[Order] = deque()
        self._fills: dict[_Where, deque[Fill]] = {}
        self._all_fills: deque[Fill] = deque()

    def add(self, order: Order) -> None:
        """A new open order."""
        where = (order.account, order.request.symbol)
        self._orders.setdefault(where, {})[order.id] = order
        self._open.setdefault(where, {})[order.id] = order
        self._by_client_id[(*where, order.client_id)] = order

    def ended(self, order: Order) -> None:
        """An order has reached a final state."""
        del self._open[order.account, order.request.symbol][order.id]
        self._ended.append(order)
        if len(self._ended) > self._keep:
            self._forget(self._ended.popleft())

    def filled(self, fill: Fill) -> None:
        """A new fill."""
        self._all_fills.append(fill)
        where = (fill.account, fill.symbol)
        fills = self._fills.get(where)
        if fills is None:
            fills = self._fills[where] = deque()
        fills.append(fill)
        if len(self._all_fills) > self._keep:
            oldest = self._all_fills.popleft()
            self._fills[oldest.account, oldest.symbol].popleft()

    def find(self, account: str, symbol: str, order_id: int | None, client_id: str | None) -> Order | None:
        """An order by its id, else by the client's (the latest that had it)."""
        if order_id is not None:
            order = self._orders.get((account, symbol), {}).get(order_id)
            return order if client_id is None or order is None or order.client_id == client_id else None
        return None if client_id is None else self._by_client_id.get((account, symbol, client_id))

    def open(self, account: str, symbol: str) -> dict[int, Order]:
        """Open orders of a symbol by id, oldest first; not to be changed."""
        return self._open.get((account, symbol), {})

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """Open orders, oldest first."""
        if symbol is not None:
            return list(self.open(account, symbol).values())
        return _by_id(orders for (owner, _), orders in self._open.items() if owner == account)

    def all_open(self) -> list[Order]:
        """Everybody's open orders, oldest first."""
        return _by_id(self._open.values())

    def orders(self, account: str, symbol: str) -> list[Order]:
        """Orders of every state, oldest first."""
        return list(self._orders.get((account, symbol), {}).values())

    def fills(self, account: str, symbol: str | None = None) -> list[Fill]:
        """Fills, oldest first."""
        if symbol is not None:
            return list(self._fills.get((account, symbol), ()))
        found = [fill for (owner, _), fills in self._fills.items() if owner == account for fill in fills]
        return sorted(found, key=lambda fill: fill.time)

    def _forget(self, order: Order) -> None:
        where = (order.account, order.request.symbol)
        del self._orders[where][order.id]
        key = (*where, order.client_id)
        if self._by_client_id.get(key) is order:
            del self._by_client_id[key]


def _by_id(groups: Iterable[dict[int, Order]]) -> list[Order]:
    return sorted((order for group in groups for order in group.values()), key=lambda order: order.id)
