"""The account: balances and margins, fees, income, and what it has chosen."""

from __future__ import annotations

from tradefleet.exchange.engine.amounts import ZERO
from tradefleet.exchange.engine.perpetual.brackets import largest_notional
from tradefleet.exchange.engine.perpetual.income import Income
from tradefleet.exchange.engine.perpetual.margin import AccountMargin
from tradefleet.exchange.engine.perpetual.positions import Position
from tradefleet.exchange.engine.symbols import Market, Symbol
from tradefleet.exchange.wire.endpoint import Call
from tradefleet.exchange.wire.numbers import digits, eight, milliseconds, plain
from tradefleet.exchange.wire.perpetual import forms
from tradefleet.exchange.wire.perpetual.exchange_info import margin_assets
from tradefleet.exchange.wire.perpetual.market import accounting_of
from tradefleet.exchange.wire.perpetual.market_data import now
from tradefleet.exchange.wire.perpetual.payloads import Payload
from tradefleet.exchange.wire.perpetual.positions import (
    amount,
    entry,
    every_position,
    isolated_margin,
    live_positions,
    margins_of,
    orders_of,
)
from tradefleet.exchange.wire.perpetual.reading import limit_of, symbol_of, symbols_of, week_of

_MONTHS = 90


def account_v2(call: Call) -> object:
    """GET /fapi/v2/account: every asset, every symbol."""
    symbols = call.exchange.perpetual.symbols.values()
    positions = [_old_position(call, position) for position in every_position(call, symbols)]
    rights: Payload = {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }
    marked = [{**asset, "marginAvailable": True} for asset in _assets(call)]
    return {**rights, **_totals(call), "assets": marked, "positions": positions}


def account_v3(call: Call) -> object:
    """GET /fapi/v3/account: every asset, symbols with a position or open orders."""
    symbols = call.exchange.perpetual.symbols.values()
    positions = [_position(call, position) for position in live_positions(call, symbols)]
    return {**_totals(call), "assets": _assets(call), "positions": positions}


def balance(call: Call) -> object:
    """GET /fapi/v2/balance and /fapi/v3/balance."""
    return [_balance(call, asset, margin) for asset, margin in _margins(call)]


def _margins(call: Call) -> list[tuple[str, AccountMargin]]:
    margins = accounting_of(call).margins
    assets = margin_assets(call.exchange.perpetual.symbols.values())
    return [(asset, margins.of(call.who, asset)) for asset in assets]


def _balance(call: Call, asset: str, margin: AccountMargin) -> Payload:
    return {
        "accountAlias": call.who,
        "asset": asset,
        "balance": eight(margin.wallet),
        "crossWalletBalance": eight(margin.cross_wallet),
        "crossUnPnl": eight(margin.cross_unrealised),
        "availableBalance": eight(max(margin.available, ZERO)),
        "maxWithdrawAmount": eight(margin.withdrawable),
        "marginAvailable": True,
        "updateTime": now(call),
    }


def _totals(call: Call) -> Payload:
    """Sums over the assets; all of them are dollars."""
    margins = [margin for _, margin in _margins(call)]
    return {
        "totalInitialMargin": eight(sum((m.position_initial + m.order_initial for m in margins), ZERO)),
        "totalMaintMargin": eight(sum((m.maintenance for m in margins), ZERO)),
        "totalWalletBalance": eight(sum((m.wallet for m in margins), ZERO)),
        "totalUnrealizedProfit": eight(sum((m.unrealised for m in margins), ZERO)),
        "totalMarginBalance": eight(sum((m.balance for m in margins), ZERO)),
        "totalPositionInitialMargin": eight(sum((m.position_initial for m in margins), ZERO)),
        "totalOpenOrderInitialMargin": eight(sum((m.order_initial for m in margins), ZERO)),
        "totalCrossWalletBalance": eight(sum((m.cross_wallet for m in margins), ZERO)),
        "totalCrossUnPnl": eight(sum((m.cross_unrealised for m in margins), ZERO)),
        "availableBalance": eight(sum((max(m.available, ZERO) for m in margins), ZERO)),
        "maxWithdrawAmount": eight(sum((m.withdrawable for m in margins), ZERO)),
    }


def _assets(call: Call) -> list[Payload]:
    return [_asset(call, asset, margin) for asset, margin in _margins(call)]


def _asset(call: Call, asset: str, margin: AccountMargin) -> Payload:
    return {
        "asset": asset,
        "walletBalance": eight(margin.wallet),
        "unrealizedProfit": eight(margin.unrealised),
        "marginBalance": eight(margin.balance),
        "maintMargin": eight(margin.maintenance),
        "initialMargin": eight(margin.position_initial + margin.order_initial),
        "positionInitialMargin": eight(margin.position_initial),
        "openOrderInitialMargin": eight(margin.order_initial),
        "crossWalletBalance": eight(margin.cross_wallet),
        "crossUnPnl": eight(margin.cross_unrealised),
        "availableBalance": eight(max(margin.available, ZERO)),
        "maxWithdrawAmount": eight(margin.withdrawable),
        "updateTime": now(call),
    }


def _position(call: Call, position: Position) -> Payload:
    accounting = accounting_of(call)
    symbol, margins = accounting.symbols[position.symbol], margins_of(accounting, position)
    return {
        "symbol": position.symbol,
        "positionSide": position.side,
        "positionAmt": forms.quantity(symbol, position.amount),
        "unrealizedProfit": eight(accounting.margins.unrealised(position)),
        "isolatedMargin": amount(isolated_margin(accounting, position)),
        "notional": amount(position.notional(accounting.margins.price(position))),
        "isolatedWallet": amount(position.isolated_wallet),
        "initialMargin": margins["initialMargin"],
        "maintMargin": margins["maintMargin"],
        "updateTime": milliseconds(position.updated),
    }


def _old_position(call: Call, position: Position) -> Payload:
    accounting = accounting_of(call)
    symbol = accounting.symbols[position.symbol]
    leverage = accounting.settings.leverage(call.who, symbol.name)
    return {
        **_position(call, position),
        **margins_of(accounting, position),
        "leverage": str(leverage),
        "isolated": accounting.settings.isolated(call.who, symbol.name),
        "entryPrice": entry(position.entry_price),
        "breakEvenPrice": entry(position.break_even_price),
        "maxNotional": plain(largest_notional(leverage, symbol.brackets)),
        **orders_of(accounting, position),
    }


def account_config(call: Call) -> object:
    """GET /fapi/v1/accountConfig."""
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "dualSidePosition": accounting_of(call).settings.hedge(call.who),
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }


def symbol_config(call: Call) -> object:
    """GET /fapi/v1/symbolConfig."""
    return [_chosen(call, symbol) for symbol in symbols_of(call)]


def _chosen(call: Call, symbol: Symbol) -> Payload:
    settings = accounting_of(call).settings
    leverage = settings.leverage(call.who, symbol.name)
    return {
        "symbol": symbol.name,
        "marginType": "ISOLATED" if settings.isolated(call.who, symbol.name) else "CROSSED",
        "isAutoAddMargin": "false",
        "leverage": leverage,
        "maxNotionalValue": plain(largest_notional(leverage, symbol.brackets)),
    }


def leverage_bracket(call: Call) -> object:
    """GET /fapi/v1/leverageBracket: one symbol's, or the list of all."""
    found = [_brackets(symbol) for symbol in symbols_of(call)]
    return found[0] if "symbol" in call.parameters else found


def _brackets(symbol: Symbol) -> Payload:
    return {
        "symbol": symbol.name,
        "brackets": [
            {
                "bracket": bracket.number,
                "initialLeverage": bracket.max_leverage,
                "notionalCap": int(bracket.cap),
                "notionalFloor": int(bracket.floor),
                "maintMarginRatio": float(bracket.rate),
                "cum": float(bracket.amount),
            }
            for bracket in symbol.brackets
        ],
    }


def commission_rate(call: Call) -> object:
    """GET /fapi/v1/commissionRate."""
    symbol = symbol_of(call)
    return {
        "symbol": symbol.name,
        "makerCommissionRate": digits(symbol.maker, 6),
        "takerCommissionRate": digits(symbol.taker, 6),
    }


def income(call: Call) -> object:
    """GET /fapi/v1/income: what has changed the wallet."""
    parameters, window = call.parameters, week_of(call, days=_MONTHS)
    limit, page = limit_of(parameters, 100, 1000), parameters.optional_whole("page")
    symbol, kind = parameters.optional_text("symbol"), parameters.optional_text("incomeType")

    def wanted(row: Income) -> bool:
        return window.holds(row.time) and symbol in (None, row.symbol) and kind in (None, row.kind.value)

    found = accounting_of(call).incomes.of(call.who, wanted)
    if page is not None:
        start = max(page - 1, 0) * limit
        return [_income(row) for row in found[start : start + limit]]
    return [_income(row) for row in window.pick(found, limit)]


def _income(row: Income) -> Payload:
    return {
        "symbol": row.symbol,
        "incomeType": row.kind.value,
        "income": eight(row.amount),
        "asset": row.asset,
        "info": str(row.trade_id) if row.trade_id else row.kind.value,
        "time": milliseconds(row.time),
        "tranId": row.id,
        "tradeId": str(row.trade_id) if row.trade_id else "",
    }


def trading_status(call: Call) -> object:
    """GET /fapi/v1/apiTradingStatus: nobody is locked out here."""
    return {"indicators": {}, "updateTime": now(call)}


def adl_quantile(call: Call) -> object:
    """GET /fapi/v1/adlQuantile: nobody is deleveraged here, so everybody is last."""
    hedge = accounting_of(call).settings.hedge(call.who)
    last = {"LONG": 0, "SHORT": 0, "HEDGE" if hedge else "BOTH": 0}
    symbols = dict.fromkeys(position.symbol for position in live_positions(call, symbols_of(call)))
    return [{"symbol": name, "adlQuantile": last} for name in symbols]


def order_limits(call: Call) -> object:
    """GET /fapi/v1/rateLimit/order."""
    counts = [] if call.desk is None else call.desk.order_counts(Market.PERPETUAL, call.who)
    return [
        {"rateLimitType": count.kind, "interval": count.interval, "intervalNum": count.number, "limit": count.limit}
        for count in counts
    ]
