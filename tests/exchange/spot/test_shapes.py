"""Every answer and event of the spot market that was recorded or documented has the recorded shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.exchange.recordings import documented, nautilus, recorded
from tests.exchange.shapes import differences
from tests.exchange.spot.stand import Stand

Make = Callable[[Stand], Any]
Reasons = Mapping[str, str]

_DOCS = "Endpoints/Spot/"
_LATER = "recorded before it came"
_SHORTER = "documented with fewer digits than the exchange writes"


def _get(path: str, **parameters: object) -> Make:
    return lambda stand: stand.call("GET", path, **parameters)


_BTC = {"symbol": "BTCUSDT"}
_MINUTES = {**_BTC, "interval": "1m"}

# Answers of the market, and how a recording from before 2025 may differ.
_MARKET: list[tuple[str, Make, Reasons]] = [
    (
        "exchangeInfo",
        _get("exchangeInfo"),
        {"symbols[].opoAllowed": _LATER, "symbols[].pegInstructionsAllowed": _LATER},
    ),
    ("depth", _get("depth", **_BTC), {}),
    ("trades", _get("trades", **_BTC), {}),
    ("historicalTrades", _get("historicalTrades", **_BTC), {}),
    ("aggTrades", _get("aggTrades", **_BTC), {}),
    ("klines", _get("klines", **_MINUTES), {}),
    ("avgPrice", _get("avgPrice", **_BTC), {"closeTime": _LATER}),
    ("ticker/24hr", _get("ticker/24hr", **_BTC), {}),
    ("ticker/price", _get("ticker/price", **_BTC), {}),
    ("ticker/bookTicker", _get("ticker/bookTicker", **_BTC), {}),
]


@pytest.mark.parametrize(("path", "make", "reasons"), _MARKET, ids=[path for path, *_ in _MARKET])
def test_market_data_is_what_was_recorded(stand: Stand, path: str, make: Make, reasons: Reasons) -> None:
    ours = make(stand)
    bodies = recorded("GET", f"/api/v3/{path}")
    assert bodies
    for body in bodies:
        if path == "aggTrades" and "" in body[0]:
            # The recorder lost a field's name where two differ in case only.
            continue
        assert (
            differences([ours] if isinstance(body, list) and isinstance(ours, dict) else ours, body, optional=reasons)
            == []
        )


_DOCUMENTED: list[tuple[str, Make, str, Reasons]] = [
    ("time", _get("time"), "ExchangeData/GetServerTime", {}),
    ("average price", _get("avgPrice", **_BTC), "ExchangeData/GetAvgPrice", {}),
    ("candles", _get("uiKlines", **_MINUTES), "ExchangeData/GetUiKlines", {}),
    ("trades", _get("trades", **_BTC), "ExchangeData/GetRecentTrades", {"[].quoteQty": _SHORTER}),
    ("old trades", _get("historicalTrades", **_BTC), "ExchangeData/GetTradeHistory", {"[].quoteQty": _SHORTER}),
    ("day", _get("ticker/24hr", **_BTC), "ExchangeData/GetTicker", {}),
    ("trading day", _get("ticker/tradingDay", **_BTC), "ExchangeData/GetTradingDayTicker", {}),
    ("rolling window", _get("ticker", **_BTC), "ExchangeData/GetRollingWindowTicker", {}),
    ("price", _get("ticker/price", **_BTC), "ExchangeData/GetPrice", {}),
    ("best", _get("ticker/bookTicker", **_BTC), "ExchangeData/GetBookPrice", {}),
    ("system", _get("/sapi/v1/system/status"), "ExchangeData/GetSystemStatus", {}),
    ("account", _get("account"), "Account/GetAccountInfo", {}),
    (
        "fees",
        _get("account/commission", **_BTC),
        "Account/GetCommissionRates",
        {"specialCommission": "documented before it came"},
    ),
    ("use of limits", _get("rateLimit/order"), "Account/GetOrderRateLimitStatus", {}),
    ("key", _get("/sapi/v1/account/apiRestrictions"), "Account/GetAPIKeyPermissions", {}),
    ("account status", _get("/sapi/v1/account/status"), "Account/GetAccountStatus", {}),
    ("trading status", _get("/sapi/v1/account/apiTradingStatus"), "Account/GetTradingStatus", {}),
    ("trade fees", _get("/sapi/v1/asset/tradeFee"), "Account/GetTradeFee", {}),
]


@pytest.mark.parametrize(
    ("make", "name", "reasons"), [case[1:] for case in _DOCUMENTED], ids=[c[0] for c in _DOCUMENTED]
)
def test_answers_are_what_is_documented(stand: Stand, make: Make, name: str, reasons: Reasons) -> None:
    assert differences(make(stand), documented(_DOCS + name).answer, optional=reasons) == []


def _order(stand: Stand) -> Any:
    stand.limit(newClientOrderId="mine")
    return stand.call("GET", "order", origClientOrderId="mine", **_BTC)


def _one_of(path: str) -> Make:
    def make(stand: Stand) -> Any:
        stand.limit()
        return stand.call("GET", path, **_BTC)

    return make


def _cancelled(stand: Stand) -> Any:
    stand.limit()
    return stand.call("DELETE", "order", orderId=1, **_BTC)


def _traded(stand: Stand) -> Any:
    stand.order("BUY", "MARKET", quantity="7")
    return stand.call("GET", "myTrades", **_BTC)


_NEWER = dict.fromkeys(("orderListId", "origQuoteOrderQty", "selfTradePreventionMode", "workingTime"), _LATER)
_NEWER_IN_LIST = {f"[].{name}": reason for name, reason in _NEWER.items()}
_NEWER_CANCELLED = dict.fromkeys(("orderListId", "origQuoteOrderQty", "selfTradePreventionMode"), _LATER)
_RECORDED_ORDERS: list[tuple[str, str, Make, Reasons]] = [
    ("GET", "order", _order, _NEWER),
    ("GET", "openOrders", _one_of("openOrders"), _NEWER_IN_LIST),
    ("GET", "allOrders", _one_of("allOrders"), _NEWER_IN_LIST),
    ("DELETE", "order", _cancelled, _NEWER_CANCELLED),
]


@pytest.mark.parametrize(("method", "path", "make", "reasons"), _RECORDED_ORDERS)
def test_orders_are_what_was_recorded(stand: Stand, method: str, path: str, make: Make, reasons: Reasons) -> None:
    ours = make(stand)
    for body in recorded(method, f"/api/v3/{path}"):
        assert differences(ours, body, optional=reasons, decimals=False) == []


_DOCUMENTED_ORDERS: list[tuple[Make, str, Reasons]] = [
    (_order, "Trading/GetOrder", {}),
    (_one_of("openOrders"), "Trading/GetOpenOrders", {}),
    (_one_of("allOrders"), "Trading/GetOrders", {}),
    (_traded, "Trading/GetUserTrades", {}),
    (_cancelled, "Trading/CancelOrder", {"origQuoteOrderQty": "documented before it came"}),
]


@pytest.mark.parametrize(
    ("make", "name", "reasons"), _DOCUMENTED_ORDERS, ids=[name for _, name, _ in _DOCUMENTED_ORDERS]
)
def test_orders_are_what_is_documented(stand: Stand, make: Make, name: str, reasons: Reasons) -> None:
    assert differences(make(stand), documented(_DOCS + name).answer, optional=reasons, decimals=False) == []


@pytest.mark.parametrize("kind", ["LIMIT", "MARKET"])
def test_a_new_order_is_answered_as_documented(stand: Stand, kind: str) -> None:
    priced = {"price": "101.2", "timeInForce": "GTC"} if kind == "LIMIT" else {}
    ours = stand.order("BUY", kind, quantity="6", **priced)
    assert len(ours["fills"]) == 2
    later = {"origQuoteOrderQty": "documented before it came"}
    assert differences(ours, documented(_DOCS + "Trading/PlaceOrder").answer, optional=later) == []
    shorter = {"origQuoteOrderQty": _SHORTER}
    assert differences(ours, nautilus("spot/http_json/new_order_full_response.json"), optional=shorter) == []


def test_a_tested_order_is_answered_as_documented(stand: Stand) -> None:
    ours = stand.call(
        "POST", "order/test", side="BUY", type="MARKET", quantity="1", computeCommissionRates="true", **_BTC
    )
    later = {"specialCommissionForOrder": "documented before it came"}
    assert differences(ours, documented(_DOCS + "Trading/PlaceTestOrder").answer, optional=later) == []


def test_a_replaced_order_is_answered_as_documented(stand: Stand) -> None:
    stand.limit()
    ours = stand.call(
        "POST", "order/cancelReplace", cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=1, side="BUY", type="LIMIT",
        timeInForce="GTC", price="94", quantity="1", **_BTC,
    )  # fmt: skip
    theirs = documented("Socket/Spot/Trading/ReplaceOrder").answer["result"]
    reasons = {
        "newOrderResponse.fills": "documented for another form of answer",
        "newOrderResponse.workingTime": _LATER,
    }
    assert differences(ours, theirs, optional=reasons, decimals=False) == []


_PAIR = {
    "side": "SELL", "quantity": "1", "aboveType": "LIMIT_MAKER", "abovePrice": "110", "belowType": "STOP_LOSS_LIMIT",
    "belowStopPrice": "95", "belowPrice": "94", "belowTimeInForce": "GTC",
}  # fmt: skip
_WORKING = {
    "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": "95", "workingQuantity": "1",
    "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": "1",
}  # fmt: skip
_PENDING_PAIR = {
    "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": "110", "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "90",
}  # fmt: skip


def _list_then(method: str, path: str, **parameters: object) -> Make:
    def make(stand: Stand) -> Any:
        stand.call("POST", "orderList/oco", **_BTC, **_PAIR)
        return stand.call(method, path, **parameters)

    return make


def _post(path: str, parameters: Mapping[str, object]) -> Make:
    return lambda stand: stand.call("POST", path, **_BTC, **parameters)


_ICEBERG = {"orderReports[].icebergQty": "documented for iceberg orders"}
_BEFORE = {"orderReports[].origQuoteOrderQty": "documented before it came"}
_LISTS: list[tuple[str, Make, str, Reasons]] = [
    ("oco", _post("orderList/oco", {**_PAIR, "belowIcebergQty": "0.2"}), "PlaceOcoOrderList", _BEFORE),
    ("oto", _post("orderList/oto", {**_WORKING, "pendingType": "MARKET"}), "PlaceOtoOrderList", _BEFORE),
    ("otoco", _post("orderList/otoco", {**_WORKING, **_PENDING_PAIR}), "PlaceOtocoOrderList", _BEFORE),
    ("query", _list_then("GET", "orderList", orderListId=1), "GetOcoOrder", {}),
    ("open", _list_then("GET", "openOrderList"), "GetOpenOcoOrders", {}),
    ("all", _list_then("GET", "allOrderList"), "GetOcoOrders", {}),
    ("cancel", _list_then("DELETE", "orderList", orderListId=1, **_BTC), "CancelOcoOrder", _BEFORE),
]


@pytest.mark.parametrize(("make", "name", "reasons"), [case[1:] for case in _LISTS], ids=[case[0] for case in _LISTS])
def test_order_lists_are_what_is_documented(stand: Stand, make: Make, name: str, reasons: Reasons) -> None:
    assert differences(make(stand), documented(f"{_DOCS}Trading/{name}").answer, optional=reasons) == []


def test_cancelling_everything_tells_orders_and_lists_as_documented(stand: Stand) -> None:
    stand.limit()
    ours = _list_then("DELETE", "openOrders", **_BTC)(stand)
    assert [entry.get("orderId", entry.get("contingencyType")) for entry in ours] == [1, "OCO"]
    theirs = nautilus("spot/http_json/cancel_open_orders_response.json")
    reasons = {"[].orderReports[].icebergQty": "documented for iceberg orders"}
    assert differences(ours, theirs, optional=reasons, decimals=False) == []


_COINS_LATER = {f"[].networkList[].{name}": _LATER for name in ("busy", "estimatedArrivalTime", "sameAddress")}
_COINS_GONE = {"[].networkList[].resetAddressStatus": "documented after it went; recorded ones have it"}


def test_the_wallet_is_what_was_recorded_and_documented(stand: Stand) -> None:
    ours = stand.call("GET", "/sapi/v1/capital/config/getall")
    (body,) = recorded("GET", "/sapi/v1/capital/config/getall")
    assert differences(ours, body, optional=_COINS_LATER, decimals=False) == []
    theirs = documented(_DOCS + "Account/GetUserAssets").answer
    assert differences(ours, theirs, optional=_COINS_GONE, decimals=False) == []


def test_assets_and_withdrawals_are_what_is_documented(stand: Stand) -> None:
    ours = stand.call("POST", "/sapi/v3/asset/getUserAsset")
    assert differences(ours, documented(_DOCS + "Account/GetBalances").answer, decimals=False) == []
    stand.accounts["ann"].permissions.withdrawals = True
    ours = stand.call("POST", "/sapi/v1/capital/withdraw/apply", coin="USDT", amount="5", address="somewhere")
    assert differences(ours, documented(_DOCS + "Account/Withdraw").answer) == []


def _events(stand: Stand) -> dict[str, Any]:
    """One event of every kind, by its kind."""
    stand.engine.deposit("ann", "USDT", stand.engine.symbols["BTCUSDT"].lot)
    stand.limit()
    stand.call("DELETE", "order", orderId=1, **_BTC)
    stand.order("SELL", "MARKET", quantity="1")
    stand.order("SELL", "LIMIT", timeInForce="IOC", price="101", quantity="1")
    stand.call("POST", "orderList/oco", **_BTC, **_PAIR)
    return {payload["e"] + payload.get("x", ""): payload for payload in stand.told()}


_NO_TRADE = {"n": "there is no fee without a trade", "N": "there is no fee without a trade"}
_WAITS = {"W": "only orders that work have it"}
_EVENTS: list[tuple[str, str, Reasons]] = [
    ("executionReportNEW", "execution_report_wrapped", _WAITS),
    ("executionReportCANCELED", "execution_report_wrapped", {}),
    ("executionReportEXPIRED", "execution_report_wrapped", {}),
    ("executionReportTRADE", "execution_report_wrapped", _NO_TRADE),
    ("outboundAccountPosition", "account_position_wrapped", {"B[].f": _SHORTER, "B[].l": _SHORTER}),
    ("balanceUpdate", "balance_update_wrapped", {}),
    ("listStatus", "list_status_wrapped", {}),
]


@pytest.mark.parametrize(("kind", "name", "reasons"), _EVENTS, ids=[kind for kind, *_ in _EVENTS])
def test_user_events_are_what_is_documented(stand: Stand, kind: str, name: str, reasons: Reasons) -> None:
    theirs = nautilus(f"spot/user_data_json/{name}.json")["event"]
    assert differences(_events(stand)[kind], theirs, optional=reasons) == []


_SUBSCRIPTIONS = {"executionReportCANCELED": "Order", "outboundAccountPosition": "AccountPosition",
                  "balanceUpdate": "Balance", "listStatus": "OcoOrder"}  # fmt: skip


@pytest.mark.parametrize("kind", _SUBSCRIPTIONS)
def test_user_events_are_what_other_clients_expect(stand: Stand, kind: str) -> None:
    theirs = documented(f"Subscriptions/Spot/Account/{_SUBSCRIPTIONS[kind]}").answer["event"]
    assert differences(_events(stand)[kind], theirs, decimals=False) == []


def test_a_trade_is_reported_as_it_was_recorded(stand: Stand) -> None:
    theirs = nautilus("ws_messages/ws_spot_execution_report_binance_us.json")["data"]
    assert differences(_events(stand)["executionReportTRADE"], theirs) == []
