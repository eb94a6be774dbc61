"""A burst of fills: one big order of an account, filled lot by lot through the ledger."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ceil_to, floor_to
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, Side
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.asked import Burst, market_of
from tradefleet.market.errors import ParameterError

# Fills are made in portions, so that the rest of the server has its turn in between.
_TURN = 0.005
_MOST_A_TURN = 100
# How far from the price the order waits, so that nobody else trades with it.
_AWAY = Decimal("0.005")


async def burst(exchange: Exchange, asked: Burst) -> dict[str, object]:
    """Place the order and fill it, at the rate that is asked for or as fast as it goes; comes back when it is done.

    The account must be able to pay. Stops where the order is cancelled meanwhile.
    """
    engine = exchange.engines[market_of(asked.market)]
    order, size = _placed(exchange, engine, asked)
    loop = asyncio.get_running_loop()
    started, done = loop.time(), 0
    while done < asked.events and order.open:
        due = min(asked.events, int((loop.time() - started) * asked.per_second) + 1)
        done = _fill(engine, order, size, done, due)
        await asyncio.sleep(_TURN if done >= due else 0)
    return {
        "order": order.id,
        "client_id": order.client_id,
        "status": order.status.value,
        "fills": done,
        "quantity": f"{size:f}",
        "seconds": loop.time() - started,
    }


def _fill(engine: Engine, order: Order, size: Decimal, done: int, due: int) -> int:
    """Fill until so many are done, for one turn of the loop; gives how many are."""
    price = order.request.limit_price
    if price is None:
        raise ValueError("the order of a burst has a limit")
    end = min(due, done + _MOST_A_TURN)
    while done < end and order.open and engine.fill_at(order, price, size, maker=True) is not None:
        done += 1
    return done


def _placed(exchange: Exchange, engine: Engine, asked: Burst) -> tuple[Order, Decimal]:
    """An order that rests a little beside the price, and the size of its fills."""
    exchange.need(engine.market, asked.symbol)
    symbol = engine.symbols.get(asked.symbol)
    last = engine.last_price(asked.symbol) if symbol is not None else None
    if symbol is None or last is None:
        raise ParameterError(f"no symbol {asked.symbol!r} with a price", where="symbol", cure="name one that trades")
    side = Side(asked.side)
    price = _beside(engine, symbol, last, side)
    # Enough lots a fill for the whole to be worth an order.
    least = ceil_to(symbol.min_notional * 2 / price / asked.events, symbol.lot)
    size = max(least, symbol.lot)
    quantity = size * asked.events
    request = OrderRequest(asked.symbol, side, "LIMIT", Execution.LIMIT, quantity, limit_price=price)
    order = engine.place(asked.account, request)
    if not order.open:
        raise ParameterError(
            f"the order of the burst is {order.status.value}", where="burst", cure="let nobody else trade there"
        )
    return order, size


def _beside(engine: Engine, symbol: Symbol, last: Decimal, side: Side) -> Decimal:
    """A price that nobody trades at: half a percent on the own side of the price, and off the house's quotes."""
    book = engine.book(symbol.name)
    bid, ask = book.best_bid(), book.best_ask()
    away = ceil_to(last * _AWAY, symbol.tick)
    if side is Side.BUY:
        return floor_to(min(last, bid[0] if bid is not None else last), symbol.tick) - away
    return ceil_to(max(last, ask[0] if ask is not None else last), symbol.tick) + away
