"""Keys of user streams: POST, PUT and DELETE /fapi/v1/listenKey. The server keeps them; these ask it to."""

from __future__ import annotations

from tradefleet.exchange.wire.endpoint import Call, ListenKeys


def create(call: Call) -> object:
    """POST /fapi/v1/listenKey: a key, the same one as long as it lives."""
    return {"listenKey": _keys(call).create(call.who)}


def keep_alive(call: Call) -> object:
    """PUT /fapi/v1/listenKey: another hour."""
    return {"listenKey": _keys(call).keep_alive(call.who)}


def delete(call: Call) -> object:
    """DELETE /fapi/v1/listenKey: the end of the key and its streams."""
    _keys(call).delete(call.who)
    return {}


def _keys(call: Call) -> ListenKeys:
    if call.desk is None:
        raise ValueError("listen keys are kept by a server, and there is none behind this call")
    return call.desk.listen_keys
