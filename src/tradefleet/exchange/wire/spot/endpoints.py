"""The endpoints of the spot market."""

from __future__ import annotations

from tradefleet.exchange.wire.endpoint import Endpoint, Security
from tradefleet.exchange.wire.spot import account, choosing, market_data, order_lists, orders, tickers
from tradefleet.exchange.wire.spot.exchange_info import exchange_info

_SIGNED = Security.SIGNED
_V3 = "/api/v3/"

_PUBLIC = (
    Endpoint("GET", _V3 + "ping", market_data.ping),
    Endpoint("GET", _V3 + "time", market_data.server_time),
    Endpoint("GET", _V3 + "exchangeInfo", exchange_info, 20),
    Endpoint("GET", _V3 + "depth", market_data.depth, market_data.depth_weight),
    Endpoint("GET", _V3 + "trades", market_data.trades, 25),
    Endpoint("GET", _V3 + "historicalTrades", market_data.historical_trades, 25),
    Endpoint("GET", _V3 + "aggTrades", market_data.aggregate_trades, 4),
    Endpoint("GET", _V3 + "klines", market_data.candles, 2),
    Endpoint("GET", _V3 + "uiKlines", market_data.candles, 2),
    Endpoint("GET", _V3 + "avgPrice", market_data.average_price, 2),
    Endpoint("GET", _V3 + "ticker/24hr", tickers.day, choosing.day_weight),
    Endpoint("GET", _V3 + "ticker/tradingDay", tickers.trading_day, choosing.window_weight),
    Endpoint("GET", _V3 + "ticker/price", tickers.price, choosing.few_weight),
    Endpoint("GET", _V3 + "ticker/bookTicker", tickers.best, choosing.few_weight),
    Endpoint("GET", _V3 + "ticker", tickers.rolling, choosing.window_weight),
)
_ORDERS = (
    Endpoint("POST", _V3 + "order", orders.place, 1, _SIGNED, orders=1),
    Endpoint("POST", _V3 + "order/test", orders.test, orders.test_weight, _SIGNED),
    Endpoint("GET", _V3 + "order", orders.query, 4, _SIGNED),
    Endpoint("DELETE", _V3 + "order", orders.cancel, 1, _SIGNED),
    Endpoint("POST", _V3 + "order/cancelReplace", orders.replace, 1, _SIGNED, orders=1),
    Endpoint("GET", _V3 + "openOrders", orders.open_orders, orders.open_weight, _SIGNED),
    Endpoint("DELETE", _V3 + "openOrders", order_lists.cancel_everything, 1, _SIGNED),
    Endpoint("GET", _V3 + "allOrders", orders.all_orders, 20, _SIGNED),
)
_LISTS = (
    Endpoint("POST", _V3 + "order/oco", order_lists.place_old_oco, 1, _SIGNED, orders=2),
    Endpoint("POST", _V3 + "orderList/oco", order_lists.place_oco, 1, _SIGNED, orders=2),
    Endpoint("POST", _V3 + "orderList/oto", order_lists.place_oto, 1, _SIGNED, orders=2),
    Endpoint("POST", _V3 + "orderList/otoco", order_lists.place_otoco, 1, _SIGNED, orders=3),
    Endpoint("GET", _V3 + "orderList", order_lists.query, 4, _SIGNED),
    Endpoint("DELETE", _V3 + "orderList", order_lists.cancel, 1, _SIGNED),
    Endpoint("GET", _V3 + "allOrderList", order_lists.all_lists, 20, _SIGNED),
    Endpoint("GET", _V3 + "openOrderList", order_lists.open_lists, 6, _SIGNED),
)
_ACCOUNT = (
    Endpoint("GET", _V3 + "account", account.account, 20, _SIGNED),
    Endpoint("GET", _V3 + "account/commission", account.commission, 20, _SIGNED),
    Endpoint("GET", _V3 + "myTrades", account.my_trades, account.trades_weight, _SIGNED),
    Endpoint("GET", _V3 + "myPreventedMatches", account.prevented_matches, account.prevented_weight, _SIGNED),
    Endpoint("GET", _V3 + "rateLimit/order", account.order_counts, 40, _SIGNED),
)

ENDPOINTS: tuple[Endpoint, ...] = (*_PUBLIC, *_ORDERS, *_LISTS, *_ACCOUNT)
