"""Every endpoint of perpetuals: method, path, weight, who may call it."""

from __future__ import annotations

from collections.abc import Callable

from tradefleet.exchange.wire.endpoint import Call, Endpoint, Security, Weight
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.perpetual import (
    account,
    algo_orders,
    batches,
    configuration,
    countdown,
    exchange_info,
    funding,
    listen_keys,
    market_data,
    orders,
    positions,
)

Answer = Callable[[Call], object]


def _by_symbol(one: int, all_: int) -> Callable[[Parameters], int]:
    """A weight that depends on whether a symbol is named."""
    return lambda parameters: one if "symbol" in parameters else all_


def _open(path: str, answer: Answer, weight: Weight = 1) -> Endpoint:
    return Endpoint("GET", f"/fapi{path}", answer, weight)


def _asked(path: str, answer: Answer, weight: Weight = 1) -> Endpoint:
    return Endpoint("GET", f"/fapi{path}", answer, weight, Security.SIGNED)


def _done(method: str, path: str, answer: Answer, weight: Weight = 1, orders: int = 0) -> Endpoint:
    return Endpoint(method, f"/fapi{path}", answer, weight, Security.SIGNED, orders)


_MARKET_DATA = (
    _open("/v1/ping", market_data.ping),
    _open("/v1/time", market_data.server_time),
    _open("/v1/exchangeInfo", exchange_info.exchange_info),
    _open("/v1/depth", market_data.depth, market_data.depth_weight),
    _open("/v1/trades", market_data.trades, 5),
    Endpoint("GET", "/fapi/v1/historicalTrades", market_data.historical_trades, 200, Security.KEY),
    _open("/v1/aggTrades", market_data.aggregate_trades, 20),
    _open("/v1/klines", market_data.klines, market_data.klines_weight),
    _open("/v1/continuousKlines", market_data.continuous_klines, market_data.klines_weight),
    _open("/v1/indexPriceKlines", market_data.index_price_klines, market_data.klines_weight),
    _open("/v1/markPriceKlines", market_data.mark_price_klines, market_data.klines_weight),
    _open("/v1/premiumIndexKlines", market_data.premium_index_klines, market_data.klines_weight),
    _open("/v1/premiumIndex", funding.premium_index, _by_symbol(1, 10)),
    _open("/v1/fundingRate", funding.funding_rate),
    _open("/v1/fundingInfo", funding.funding_info),
    _open("/v1/openInterest", funding.open_interest),
    _open("/v1/ticker/24hr", market_data.day_ticker, _by_symbol(1, 40)),
    _open("/v1/ticker/price", market_data.price_ticker, _by_symbol(1, 2)),
    _open("/v2/ticker/price", market_data.price_ticker, _by_symbol(1, 2)),
    _open("/v1/ticker/bookTicker", market_data.book_ticker, _by_symbol(2, 5)),
)

_ORDERS = (
    # An order counts against the limits of orders, not of weights.
    _done("POST", "/v1/order", orders.place, 0, 1),
    _done("POST", "/v1/order/test", orders.check),
    _done("PUT", "/v1/order", orders.amend, 0, 1),
    _done("DELETE", "/v1/order", orders.cancel),
    _asked("/v1/order", orders.query),
    _done("POST", "/v1/batchOrders", batches.place_batch, 5, 5),
    _done("PUT", "/v1/batchOrders", batches.amend_batch, 5, 5),
    _done("DELETE", "/v1/batchOrders", batches.cancel_batch),
    _done("DELETE", "/v1/allOpenOrders", orders.cancel_all),
    _done("POST", "/v1/countdownCancelAll", countdown.count_down, 10),
    _asked("/v1/openOrder", orders.open_order),
    _asked("/v1/openOrders", orders.open_orders, _by_symbol(1, 40)),
    _asked("/v1/allOrders", orders.all_orders, 5),
    _asked("/v1/userTrades", orders.user_trades, 5),
    _asked("/v1/forceOrders", orders.force_orders, _by_symbol(20, 50)),
    _done("POST", "/v1/algoOrder", algo_orders.place, 0, 1),
    _done("DELETE", "/v1/algoOrder", algo_orders.cancel),
    _asked("/v1/algoOrder", algo_orders.query),
    _done("DELETE", "/v1/algoOpenOrders", algo_orders.cancel_all),
    _asked("/v1/openAlgoOrders", algo_orders.open_orders, _by_symbol(1, 40)),
    _asked("/v1/allAlgoOrders", algo_orders.all_orders, 5),
)

_ACCOUNT = (
    _asked("/v2/account", account.account_v2, 5),
    _asked("/v3/account", account.account_v3, 5),
    _asked("/v2/balance", account.balance, 5),
    _asked("/v3/balance", account.balance, 5),
    _asked("/v2/positionRisk", positions.positions_v2, 5),
    _asked("/v3/positionRisk", positions.positions_v3, 5),
    _asked("/v1/accountConfig", account.account_config, 5),
    _asked("/v1/symbolConfig", account.symbol_config, 5),
    _asked("/v1/leverageBracket", account.leverage_bracket),
    _asked("/v1/commissionRate", account.commission_rate, 20),
    _asked("/v1/income", account.income, 30),
    _asked("/v1/apiTradingStatus", account.trading_status, _by_symbol(1, 10)),
    _asked("/v1/adlQuantile", account.adl_quantile, 5),
    _asked("/v1/rateLimit/order", account.order_limits),
    _done("POST", "/v1/leverage", configuration.set_leverage),
    _done("POST", "/v1/marginType", configuration.set_margin_type),
    _done("POST", "/v1/positionMargin", configuration.move_margin),
    _asked("/v1/positionSide/dual", configuration.position_mode, 30),
    _done("POST", "/v1/positionSide/dual", configuration.set_position_mode),
    _asked("/v1/multiAssetsMargin", configuration.multi_assets_mode, 30),
    _asked("/v1/feeBurn", configuration.fee_burn, 30),
)

_LISTEN_KEYS = (
    Endpoint("POST", "/fapi/v1/listenKey", listen_keys.create, 1, Security.KEY),
    Endpoint("PUT", "/fapi/v1/listenKey", listen_keys.keep_alive, 1, Security.KEY),
    Endpoint("DELETE", "/fapi/v1/listenKey", listen_keys.delete, 1, Security.KEY),
)

ENDPOINTS: tuple[Endpoint, ...] = (*_MARKET_DATA, *_ORDERS, *_ACCOUNT, *_LISTEN_KEYS)
