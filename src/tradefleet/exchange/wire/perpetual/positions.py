"""Positions of perpetuals, in the forms of their two versions."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.perpetual.accounting import PerpetualAccounting
from tradefleet.exchange.engine.perpetual.brackets import largest_notional
from tradefleet.exchange.engine.perpetual.positions import BOTH, LONG, SHORT, Position
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import eight, milliseconds, plain
from tradefleet.exchange.wire.perpetual import forms
from tradefleet.exchange.wire.perpetual.market import accounting_of, engine_of
from tradefleet.exchange.wire.perpetual.payloads import Payload
from tradefleet.exchange.wire.perpetual.reading import symbols_of

_ADL = 1


def positions_v2(call: Call) -> object:
    """GET /fapi/v2/positionRisk: every symbol, those without a position too."""
    return [_old_risk(call, position) for position in every_position(call, symbols_of(call))]


def positions_v3(call: Call) -> object:
    """GET /fapi/v3/positionRisk: symbols with a position or open orders."""
    return [_risk(call, position) for position in live_positions(call, symbols_of(call))]


def every_position(call: Call, symbols: Iterable[Symbol]) -> list[Position]:
    """The caller's positions of all these symbols, flat ones too."""
    accounting = accounting_of(call)
    sides = (LONG, SHORT) if accounting.settings.hedge(call.who) else (BOTH,)
    return [accounting.positions.get(call.who, symbol.name, side) for symbol in symbols for side in sides]


def live_positions(call: Call, symbols: Iterable[Symbol]) -> list[Position]:
    """The caller's positions that are not flat, and the flat ones that have open orders."""
    accounting = accounting_of(call)
    known = {position.symbol for position in accounting.positions.held(call.who)}
    known.update(accounting.exposure.symbols(call.who))
    found = every_position(call, [symbol for symbol in symbols if symbol.name in known])
    return [position for position in found if position.amount or _has_orders(accounting, position)]


def _has_orders(accounting: PerpetualAccounting, position: Position) -> bool:
    orders = accounting.exposure.orders(position.account, position.symbol)
    return any(order.request.position_side == position.side for order in orders)


def _risk(call: Call, position: Position) -> Payload:
    accounting = accounting_of(call)
    symbol = accounting.symbols[position.symbol]
    return {
        "symbol": symbol.name,
        "positionSide": position.side,
        **_entered(accounting, position),
        "liquidationPrice": amount(engine_of(call).risk.liquidation_price(position)),
        "isolatedMargin": amount(isolated_margin(accounting, position)),
        "notional": amount(_notional(accounting, position)),
        "marginAsset": symbol.quote,
        "isolatedWallet": amount(position.isolated_wallet),
        **margins_of(accounting, position),
        "adl": _ADL if position.amount else 0,
        **orders_of(accounting, position),
        "updateTime": milliseconds(position.updated),
    }


def _old_risk(call: Call, position: Position) -> Payload:
    accounting = accounting_of(call)
    account, symbol = position.account, accounting.symbols[position.symbol]
    leverage = accounting.settings.leverage(account, symbol.name)
    return {
        "symbol": symbol.name,
        **_entered(accounting, position),
        "liquidationPrice": amount(engine_of(call).risk.liquidation_price(position)),
        "leverage": str(leverage),
        "maxNotionalValue": plain(largest_notional(leverage, symbol.brackets)),
        "marginType": "isolated" if accounting.settings.isolated(account, symbol.name) else "cross",
        "isolatedMargin": eight(isolated_margin(accounting, position)),
        "isAutoAddMargin": "false",
        "positionSide": position.side,
        "notional": amount(_notional(accounting, position)),
        "isolatedWallet": amount(position.isolated_wallet),
        "updateTime": milliseconds(position.updated),
    }


def _entered(accounting: PerpetualAccounting, position: Position) -> Payload:
    """How much, since what price, and what it is worth."""
    symbol = accounting.symbols[position.symbol]
    return {
        "positionAmt": forms.quantity(symbol, position.amount),
        "entryPrice": entry(position.entry_price),
        "breakEvenPrice": entry(position.break_even_price),
        "markPrice": eight(accounting.mark(symbol.name) or ZERO),
        "unRealizedProfit": eight(accounting.margins.unrealised(position)),
    }


def margins_of(accounting: PerpetualAccounting, position: Position) -> Payload:
    """What margin a position and its symbol's open orders take."""
    held, orders = accounting.margins.position_initial(position), _order_initial(accounting, position)
    return {
        "initialMargin": amount(held + orders),
        "maintMargin": amount(accounting.margins.maintenance(position)),
        "positionInitialMargin": amount(held),
        "openOrderInitialMargin": amount(orders),
    }


def orders_of(accounting: PerpetualAccounting, position: Position) -> Payload:
    """The notionals of its open orders."""
    sums = accounting.exposure.sums(position.account, position.symbol, position.side)
    return {"bidNotional": amount(sums.bid_notional), "askNotional": amount(sums.ask_notional)}


def isolated_margin(accounting: PerpetualAccounting, position: Position) -> Decimal:
    """The margin of its own with what it has gained or lost; 0 on cross margin."""
    if not position.amount or not accounting.settings.isolated(position.account, position.symbol):
        return ZERO
    return position.isolated_wallet + accounting.margins.unrealised(position)


def _order_initial(accounting: PerpetualAccounting, position: Position) -> Decimal:
    """Margin of a symbol's open orders, told with the side that has them."""
    if not _has_orders(accounting, position):
        return ZERO
    total = accounting.margins.order_initial(position.account, position.symbol)
    if position.side != SHORT:
        return total
    other = accounting.positions.get(position.account, position.symbol, LONG)
    return ZERO if _has_orders(accounting, other) else total


def _notional(accounting: PerpetualAccounting, position: Position) -> Decimal:
    return position.notional(accounting.margins.price(position))


def entry(price: Decimal) -> str:
    """An entry price: as long as it is, "0.0" for none."""
    return plain(price) if price else "0.0"


def amount(value: Decimal) -> str:
    """Money with eight digits, "0" for none."""
    return eight(value) if value else "0"
