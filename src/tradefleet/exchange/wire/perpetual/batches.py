"""Several orders in one request: each is answered for itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.perpetual.orders import amend, cancel, place

# Numbers keep the digits they were written with.
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_MOST_PLACED, _MOST_CANCELLED = 5, 10


def place_batch(call: Call) -> object:
    """POST /fapi/v1/batchOrders."""
    return _each(call, _listed_orders(call), place)


def amend_batch(call: Call) -> object:
    """PUT /fapi/v1/batchOrders."""
    return _each(call, _listed_orders(call), amend)


def cancel_batch(call: Call) -> object:
    """DELETE /fapi/v1/batchOrders: by ids, or by the client's own."""
    symbol = call.parameters.symbol()
    for name, single in (("orderIdList", "orderId"), ("origClientOrderIdList", "origClientOrderId")):
        # Clients write these names in either way.
        sent = next((key for key in (name, name.lower()) if key in call.parameters), None)
        if sent is not None:
            ids = _list(call.parameters, sent)
            if len(ids) > _MOST_CANCELLED:
                raise Reject(-4032, "Exceed maximum cancel order size.")
            return _each(call, [Parameters({"symbol": symbol, single: _text(each)}) for each in ids], cancel)
    raise Reject(-1102, "Param 'orderIdList' or 'origClientOrderIdList' must be sent, but both were empty/null!")


def _listed_orders(call: Call) -> list[Parameters]:
    rows = _list(call.parameters, "batchOrders")
    if not 1 <= len(rows) <= _MOST_PLACED:
        raise Reject(-4082, f"Invalid number of batch place orders: {len(rows)}")
    if not all(isinstance(row, dict) for row in rows):
        raise _invalid("batchOrders")
    return [Parameters({name: _text(value) for name, value in row.items() if value is not None}) for row in rows]


def _list(parameters: Parameters, name: str) -> list[Any]:
    try:
        found = _DECODER.decode(parameters.text(name))
    except (msgspec.DecodeError, RecursionError):
        raise _invalid(name) from None
    if not isinstance(found, list):
        raise _invalid(name)
    return found


def _invalid(name: str) -> Reject:
    return Reject(-1130, f"Data sent for parameter '{name}' is not valid.")


def _text(value: object) -> str:
    """A value of JSON as it would be sent alone."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _each(call: Call, rows: list[Parameters], answer: Callable[[Call], object]) -> list[object]:
    answers: list[object] = []
    for row in rows:
        try:
            answers.append(answer(msgspec.structs.replace(call, parameters=row)))
        except Reject as refusal:
            answers.append({"code": refusal.code, "msg": refusal.message})
    return answers
