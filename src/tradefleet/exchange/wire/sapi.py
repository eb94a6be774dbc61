"""The endpoints around the markets that clients ask for when they start: wallet, key, margin pairs, other exchanges."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.amounts import UNIT, ZERO
from tradefleet.exchange.engine.client_ids import made_up_id
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.exchange.wire.door import NO_PERMISSION
from tradefleet.exchange.wire.endpoint import Call, Endpoint, Security
from tradefleet.exchange.wire.numbers import milliseconds, plain
from tradefleet.exchange.wire.spot.account import balances_of
from tradefleet.exchange.wire.spot.payloads import Payload
from tradefleet.exchange.wire.spot.reading import symbol_of
from tradefleet.market.time import DAY

_LEAST_WITHDRAWAL = Decimal("0.00000001")
# A key is as old as this when the exchange starts to tell of it.
_KEY_AGE = 30 * DAY


def system_status(_: Call) -> Payload:
    """GET /sapi/v1/system/status."""
    return {"status": 0, "msg": "normal"}


def coins(call: Call) -> list[Payload]:
    """GET /sapi/v1/capital/config/getall: every asset with a network of its own."""
    return [_coin(asset, free, locked) for asset, (free, locked) in balances_of(call).items()]


def _coin(asset: str, free: Decimal, locked: Decimal) -> Payload:
    return {
        "coin": asset,
        "depositAllEnable": True,
        "free": plain(free),
        "freeze": "0",
        "ipoable": "0",
        "ipoing": "0",
        "isLegalMoney": False,
        "locked": plain(locked),
        "name": asset,
        "networkList": [_network(asset)],
        "storage": "0",
        "trading": True,
        "withdrawAllEnable": True,
        "withdrawing": "0",
    }


def _network(asset: str) -> Payload:
    return {
        "addressRegex": "^[0-9A-Za-z]{1,128}$",
        "coin": asset,
        "depositDesc": "",
        "depositEnable": True,
        "isDefault": True,
        "memoRegex": "",
        "minConfirm": 1,
        "name": asset,
        "network": asset,
        "resetAddressStatus": False,
        "specialTips": "",
        "unLockConfirm": 0,
        "withdrawDesc": "",
        "withdrawEnable": True,
        "withdrawFee": "0",
        "withdrawIntegerMultiple": plain(UNIT),
        "withdrawMax": "9999999999.99999999",
        "withdrawMin": plain(_LEAST_WITHDRAWAL),
        "sameAddress": False,
        "estimatedArrivalTime": 1,
        "busy": False,
    }


def nothing(_: Call) -> list[Payload]:
    """Lists that are empty here: margin pairs, deposits, withdrawals."""
    return []


def restrictions(call: Call) -> Payload:
    """GET /sapi/v1/account/apiRestrictions: what the key may do."""
    may = _account_of(call).permissions
    return {
        "ipRestrict": may.ip_restricted,
        "createTime": milliseconds(call.exchange.clock() - _KEY_AGE) // 1_000 * 1_000,
        "enableReading": may.reading,
        "enableSpotAndMarginTrading": may.spot,
        "enableWithdrawals": may.withdrawals,
        "enableInternalTransfer": may.withdrawals,
        "permitsUniversalTransfer": may.withdrawals,
        "enableFutures": may.perpetual,
        "enableMargin": False,
        "enableVanillaOptions": False,
        "enablePortfolioMarginTrading": False,
    }


def _account_of(call: Call) -> Account:
    if call.account is None:
        raise NO_PERMISSION
    return call.account


def account_status(_: Call) -> Payload:
    """GET /sapi/v1/account/status."""
    return {"data": "Normal"}


def trading_status(call: Call) -> Payload:
    """GET /sapi/v1/account/apiTradingStatus: never locked."""
    return {
        "data": {
            "isLocked": False,
            "plannedRecoverTime": 0,
            "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300},
            "updateTime": milliseconds(call.exchange.clock()),
        }
    }


def trade_fees(call: Call) -> list[Payload]:
    """GET /sapi/v1/asset/tradeFee: of a symbol or of all."""
    symbols: Iterable[Symbol] = call.exchange.spot.symbols.values()
    if "symbol" in call.parameters:
        symbols = (symbol_of(call),)
    return [
        {"symbol": symbol.name, "makerCommission": plain(symbol.maker), "takerCommission": plain(symbol.taker)}
        for symbol in symbols
    ]


def user_assets(call: Call) -> list[Payload]:
    """POST /sapi/v3/asset/getUserAsset: what the caller has."""
    asked = call.parameters.optional_text("asset")
    return [
        {
            "asset": asset,
            "free": plain(free),
            "locked": plain(locked),
            "freeze": "0",
            "withdrawing": "0",
            "ipoable": "0",
            "btcValuation": "0",
        }
        for asset, (free, locked) in balances_of(call).items()
        if (free or locked) and asked in (None, asset)
    ]


def withdraw(call: Call) -> Payload:
    """POST /sapi/v1/capital/withdraw/apply: for keys that may."""
    if not _account_of(call).permissions.withdrawals:
        raise NO_PERMISSION
    parameters = call.parameters
    asset, amount = parameters.text("coin"), parameters.decimal("amount")
    address = parameters.text("address")
    free, _ = balances_of(call).get(asset, (ZERO, ZERO))
    if amount < _LEAST_WITHDRAWAL:
        raise Reject(-4015, "The amount is too small.")
    if amount > free:
        raise Reject(-4026, "The user has insufficient balance available.")
    call.exchange.spot.withdraw(call.who, asset, amount)
    return {"id": made_up_id("withdrawal", call.who, address, asset, plain(amount), call.now)}


def other_exchange(call: Call) -> Payload:
    """GET /dapi/v1/exchangeInfo and /eapi/v1/exchangeInfo: markets that this exchange does not have."""
    return {
        "timezone": "UTC",
        "serverTime": call.now,
        "rateLimits": [],
        "exchangeFilters": [],
        "optionContracts": [],
        "optionAssets": [],
        "optionSymbols": [],
        "symbols": [],
    }


_SIGNED = Security.SIGNED
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/sapi/v1/system/status", system_status),
    Endpoint("GET", "/sapi/v1/capital/config/getall", coins, 10, _SIGNED),
    Endpoint("POST", "/sapi/v1/capital/withdraw/apply", withdraw, 1, _SIGNED),
    Endpoint("GET", "/sapi/v1/capital/withdraw/history", nothing, 1, _SIGNED),
    Endpoint("GET", "/sapi/v1/capital/deposit/hisrec", nothing, 1, _SIGNED),
    Endpoint("GET", "/sapi/v1/margin/allPairs", nothing, 1, Security.KEY),
    Endpoint("GET", "/sapi/v1/margin/isolated/allPairs", nothing, 10, _SIGNED),
    Endpoint("GET", "/sapi/v1/account/apiRestrictions", restrictions, 1, _SIGNED),
    Endpoint("GET", "/sapi/v1/account/status", account_status, 1, _SIGNED),
    Endpoint("GET", "/sapi/v1/account/apiTradingStatus", trading_status, 1, _SIGNED),
    Endpoint("GET", "/sapi/v1/asset/tradeFee", trade_fees, 1, _SIGNED),
    Endpoint("POST", "/sapi/v3/asset/getUserAsset", user_assets, 5, _SIGNED),
    Endpoint("POST", "/sapi/v1/asset/get-funding-asset", nothing, 1, _SIGNED),
    Endpoint("GET", "/dapi/v1/exchangeInfo", other_exchange),
    Endpoint("GET", "/eapi/v1/exchangeInfo", other_exchange),
)
