"""What really is: balances, orders, fills, positions and postings, straight from the engines, in exact decimals."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import PositionState
from tradefleet.exchange.engine.ledger import Ledger, Posting
from tradefleet.exchange.engine.orders import Fill, Order
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.algo_orders import AlgoOrder
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.spot import SpotAccounting
from tradefleet.exchange.exchange import Exchange
from tradefleet.market.time import format_time

Told = dict[str, object]


def truth(exchange: Exchange, names: Iterable[str], since: int = 0) -> Told:
    """Everything about these accounts, and the postings they have a part in; those numbered up to `since` left out.

    Numbers are texts that say the decimal exactly, times are ISO-8601.
    """
    chosen = list(names)
    markets: Told = {}
    for market, engine in exchange.engines.items():
        ledger = ledger_of(engine)
        markets[market.value] = {
            "accounts": {name: _account(engine, name) for name in chosen},
            "postings": [_posting(posting) for posting in ledger.postings(since) if _concerns(posting, chosen)],
            "postings_so_far": ledger.count,
        }
    return {
        "time": format_time(exchange.clock()),
        "trace": {"digest": exchange.trace.digest(), "events": exchange.trace.count},
        "markets": markets,
    }


def ledger_of(engine: Engine) -> Ledger:
    """The books of a market."""
    accounting = engine.accounting
    if isinstance(accounting, SpotAccounting | PerpetualAccounting):
        return accounting.ledger
    raise TypeError(f"{type(accounting).__name__} keeps no ledger that is known here")


def _account(engine: Engine, name: str) -> Told:
    accounting = engine.accounting
    told: Told = {
        "balances": {
            asset: {"free": exact(free), "locked": exact(locked)}
            for asset, (free, locked) in accounting.balances(name).items()
        },
        "orders": [_order(order) for symbol in engine.symbols for order in engine.orders(name, symbol)],
        "fills": [_fill(fill) for fill in engine.fills(name)],
    }
    if isinstance(accounting, PerpetualAccounting):
        held = accounting.positions.of(name)
        told["positions"] = [_position(accounting.state(position)) for position in held]
    if isinstance(engine, PerpetualEngine):
        told["conditional_orders"] = [_conditional(algo) for algo in engine.algos.orders(name)]
    return told


def _order(order: Order) -> Told:
    request = order.request
    trigger = request.trigger
    return {
        "id": order.id,
        "client_id": order.client_id,
        "symbol": order.symbol,
        "side": order.side.value,
        "type": request.type,
        "status": order.status.value,
        "quantity": exact(order.quantity),
        "filled": exact(order.filled),
        "filled_quote": exact(order.filled_quote),
        "limit_price": exact(request.limit_price),
        "trigger_price": None if trigger is None else exact(trigger.price),
        "reduce_only": request.reduce_only,
        "close_position": request.close_position,
        "position_side": request.position_side,
        "working": order.working,
        "reserved": exact(order.reserved),
        "reserved_asset": order.reserved_asset,
        "list": None if order.list_id < 0 else order.list_id,
        "created": format_time(order.created),
        "updated": format_time(order.updated),
    }


def _conditional(algo: AlgoOrder) -> Told:
    triggered = None if algo.triggered is None else algo.triggered.id
    return {**_order(algo.order), "status": algo.status.value, "triggered": triggered, "reason": algo.reason}


def _fill(fill: Fill) -> Told:
    return {
        "trade": fill.trade_id,
        "order": fill.order_id,
        "symbol": fill.symbol,
        "side": fill.side.value,
        "position_side": fill.position_side,
        "price": exact(fill.price),
        "quantity": exact(fill.quantity),
        "quote": exact(fill.quote),
        "fee": exact(fill.fee),
        "fee_asset": fill.fee_asset,
        "maker": fill.maker,
        "realised": exact(fill.realised),
        "time": format_time(fill.time),
    }


def _position(state: PositionState) -> Told:
    return {
        "symbol": state.symbol,
        "side": state.position_side,
        "amount": exact(state.amount),
        "entry_price": exact(state.entry_price),
        "realised": exact(state.realised),
        "unrealised": exact(state.unrealised),
        "isolated": state.isolated,
        "isolated_wallet": exact(state.isolated_wallet),
        "leverage": state.leverage,
    }


def _concerns(posting: Posting, names: list[str]) -> bool:
    return any(entry.account in names for entry in posting.entries)


def _posting(posting: Posting) -> Told:
    return {
        "number": posting.number,
        "time": format_time(posting.time),
        "kind": posting.kind,
        "reference": posting.reference,
        "entries": [
            {"account": entry.account, "asset": entry.asset, "amount": exact(entry.amount)} for entry in posting.entries
        ],
    }


def exact(value: Decimal | None) -> str | None:
    """A decimal in full, None for none.

    >>> exact(Decimal("1E-8")), exact(None)
    ('0.00000001', None)
    """
    return None if value is None else f"{value:f}"
