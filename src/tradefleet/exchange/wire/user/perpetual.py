"""What the user streams of perpetuals say, from what happens on the exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.events import (
    BalancesChanged,
    ConditionalReport,
    Event,
    ExecutionType,
    LeverageChanged,
    MarginCalled,
    OrderReport,
    PositionState,
)
from tradefleet.exchange.engine.orders import Order, TriggerKind
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.numbers import MILLISECOND, eight, milliseconds, plain
from tradefleet.exchange.wire.perpetual.payloads import Payload, current_type, stop_price, working_type

Reports = list[tuple[str, Payload]]
# Futures have no execution type of their own for trades of an account with itself.
_EXECUTIONS = {ExecutionType.TRADE_PREVENTION: "EXPIRED"}
_WITHOUT_ORDER = ("NEW", "CANCELED", "EXPIRED", "REJECTED")


def reports(event: Event, exchange: Exchange) -> Iterable[tuple[str, Payload]]:
    """What an event tells accounts: their names and the payloads, in order."""
    make = _MAKERS.get(type(event))
    return () if make is None else make(event, exchange)


def listen_key_expired(key: str, time: int) -> Payload:
    """The last message of a stream whose key has come to its end; `time` in nanoseconds."""
    return {"e": "listenKeyExpired", "E": milliseconds(time), "listenKey": key}


def _ordered(event: OrderReport, exchange: Exchange) -> Reports:
    if event.market is not Market.PERPETUAL:
        return []
    account = event.order.account
    update = (account, _order_update(event))
    if event.execution is not ExecutionType.TRADE or event.fill is None:
        return [update]
    return [(account, _trade_lite(event)), update]


def _order_update(event: OrderReport) -> Payload:
    time = milliseconds(event.time)
    return {"e": "ORDER_TRADE_UPDATE", "T": time, "E": time, "o": {**_asked(event), **_done(event), **_marks(event)}}


def _asked(event: OrderReport) -> Payload:
    """What the order is."""
    order, request = event.order, event.order.request
    return {
        "s": order.symbol,
        "c": order.client_id,
        "S": order.side.value,
        "o": current_type(order),
        "f": request.time_in_force.value,
        "q": plain(order.quantity),
        "p": plain(request.limit_price or ZERO),
        "ap": plain(_average(event.filled_quote, event.filled)),
        "sp": plain(stop_price(request)),
        "x": _EXECUTIONS.get(event.execution, event.execution.value),
        "X": event.status.value,
        "i": order.id,
    }


def _done(event: OrderReport) -> Payload:
    """What has happened to it. A fee is told only where there is one."""
    fill = event.fill
    fee: Payload = {} if fill is None else {"N": fill.fee_asset, "n": eight(fill.fee)}
    return {
        "l": plain(ZERO if fill is None else fill.quantity),
        "z": plain(event.filled),
        "L": plain(ZERO if fill is None else fill.price),
        **fee,
        "T": milliseconds(event.time),
        "t": 0 if fill is None else fill.trade_id,
        "b": "0",
        "a": "0",
        "m": fill is not None and fill.maker,
    }


def _marks(event: OrderReport) -> Payload:
    """What it was sent with."""
    order, request = event.order, event.order.request
    return {
        "R": request.reduce_only,
        "wt": working_type(request),
        "ot": request.type,
        "ps": request.position_side,
        "cp": request.close_position,
        **_trailing(order),
        "pP": request.price_protect,
        "si": 0,
        "ss": 0,
        "rp": "0" if event.fill is None else plain(event.fill.realised),
        "V": request.self_trade_prevention,
        "pm": request.price_match,
        "gtd": request.good_till // MILLISECOND,
    }


def _trailing(order: Order) -> Payload:
    trigger = order.request.trigger
    if trigger is None or trigger.kind is not TriggerKind.TRAILING:
        return {}
    return {"AP": plain(trigger.price or ZERO), "cr": plain((trigger.trail or ZERO) * 100)}


def _trade_lite(event: OrderReport) -> Payload:
    order, time, fill = event.order, milliseconds(event.time), event.fill
    if fill is None:
        raise ValueError("a trade without a fill")
    return {
        "e": "TRADE_LITE",
        "E": time,
        "T": time,
        "s": order.symbol,
        "q": plain(order.quantity),
        "p": plain(order.request.limit_price or ZERO),
        "m": fill.maker,
        "c": order.client_id,
        "S": order.side.value,
        "L": plain(fill.price),
        "l": plain(fill.quantity),
        "t": fill.trade_id,
        "i": order.id,
    }


def _balanced(event: BalancesChanged, exchange: Exchange) -> Reports:
    if event.market is not Market.PERPETUAL:
        return []
    time = milliseconds(event.time)
    update: Payload = {
        "m": event.reason,
        "B": [_balance(event, asset) for asset in event.balances],
        "P": [_position(state) for state in event.positions],
    }
    return [(event.account, {"e": "ACCOUNT_UPDATE", "T": time, "E": time, "a": update})]


def _balance(event: BalancesChanged, asset: str) -> Payload:
    """A wallet; its change is told where it is neither profit nor fee."""
    cross, isolated = event.balances[asset]
    change = ZERO if event.reason == "ORDER" else event.changes.get(asset, ZERO)
    return {"a": asset, "wb": eight(cross + isolated), "cw": eight(cross), "bc": eight(change) if change else "0"}


def _position(state: PositionState) -> Payload:
    return {
        "s": state.symbol,
        "pa": plain(state.amount),
        "ep": plain(state.entry_price),
        "bep": plain(state.break_even_price),
        "cr": eight(state.realised) if state.realised else "0",
        "up": eight(state.unrealised) if state.unrealised else "0",
        "mt": "isolated" if state.isolated else "cross",
        "iw": eight(state.isolated_wallet) if state.isolated_wallet else "0",
        "ps": state.position_side,
    }


def _conditional(event: ConditionalReport, exchange: Exchange) -> Reports:
    order, request = event.order, event.order.request
    time = milliseconds(event.time)
    told: Payload = {
        "caid": order.client_id,
        "aid": order.id,
        "at": "CONDITIONAL",
        "o": request.type,
        "s": order.symbol,
        "S": order.side.value,
        "ps": request.position_side,
        "f": request.time_in_force.value,
        "q": plain(order.quantity),
        "X": event.status,
        **_became(event),
        "tp": plain(stop_price(request)),
        "p": plain(request.limit_price or ZERO),
        "V": request.self_trade_prevention,
        "wt": working_type(request),
        "pm": request.price_match,
        "cp": request.close_position,
        "pP": request.price_protect,
        "R": request.reduce_only,
        "tt": milliseconds(order.working_since) if order.working else 0,
        "gtd": request.good_till // MILLISECOND,
    }
    if event.reason:
        told["rm"] = event.reason
    return [(order.account, {"e": "ALGO_UPDATE", "T": time, "E": time, "o": told})]


def _became(event: ConditionalReport) -> Payload:
    """The order it has become: id, average price, filled quantity and type."""
    order = event.triggered
    if order is None:
        nothing: Payload = {"ai": "", "ap": "0.00000", "aq": "0.00000", "act": "0"}
        return nothing if event.status in _WITHOUT_ORDER else {"ai": ""}
    return {
        "ai": str(order.id),
        "ap": plain(_average(order.filled_quote, order.filled)),
        "aq": plain(order.filled),
        "act": order.request.execution.value,
    }


def _average(quote: Decimal, quantity: Decimal) -> Decimal:
    return (quote / quantity).quantize(_AVERAGE) if quantity else ZERO


_AVERAGE = Decimal("0.00000001")


def _configured(event: LeverageChanged, exchange: Exchange) -> Reports:
    time = milliseconds(event.time)
    changed: Payload = {"s": event.symbol, "l": event.leverage}
    return [(event.account, {"e": "ACCOUNT_CONFIG_UPDATE", "E": time, "T": time, "ac": changed})]


def _called(event: MarginCalled, exchange: Exchange) -> Reports:
    positions = [_in_danger(state, mark, least) for state, mark, least in event.positions]
    time = milliseconds(event.time)
    return [(event.account, {"e": "MARGIN_CALL", "E": time, "cw": eight(event.wallet), "p": positions})]


def _in_danger(state: PositionState, mark: Decimal, least: Decimal) -> Payload:
    return {
        "s": state.symbol,
        "ps": state.position_side,
        "pa": plain(state.amount),
        "mt": "ISOLATED" if state.isolated else "CROSSED",
        "iw": plain(state.isolated_wallet),
        "mp": plain(mark),
        "up": plain(state.unrealised),
        "mm": plain(least),
    }


_MAKERS: Mapping[type, Callable[[Any, Exchange], Reports]] = {
    OrderReport: _ordered,
    BalancesChanged: _balanced,
    ConditionalReport: _conditional,
    LeverageChanged: _configured,
    MarginCalled: _called,
}
