"""The account of the perpetual market over its endpoints: money, positions, choices, income."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.exchange.perpetual_wire.stall import MS, Stall
from tests.exchange.recordings import documented, nautilus
from tests.exchange.shapes import differences

D = Decimal


@pytest.fixture
def stall() -> Stall:
    return Stall()


def position(stall: Stall, version: str = "v3", **asked: str) -> dict[str, Any]:
    (found,) = stall.ask("GET", f"/{version}/positionRisk", **{"symbol": "BTCUSDT", **asked})
    return found


def usdt(stall: Stall, version: str = "v3") -> dict[str, Any]:
    return stall.ask("GET", f"/{version}/account")["assets"][0]


def test_account_without_trades_has_its_deposit(stall: Stall) -> None:
    account = stall.ask("GET", "/v3/account")
    assert account["totalWalletBalance"] == account["availableBalance"] == "10000.00000000"
    assert account["positions"] == []
    assert stall.ask("GET", "/v3/positionRisk") == []
    (balance,) = stall.ask("GET", "/v3/balance")
    assert (balance["asset"], balance["balance"], balance["availableBalance"]) == (
        "USDT", "10000.00000000", "10000.00000000",
    )  # fmt: skip


def test_position_and_margins_add_up(stall: Stall) -> None:
    stall.order("BUY", "0.1")
    stall.price("30500")
    held, asset = position(stall), usdt(stall)
    assert (held["positionAmt"], held["entryPrice"], held["markPrice"]) == ("0.100", "30001", "30500.00000000")
    assert held["unRealizedProfit"] == "49.90000000"
    assert held["notional"] == "3050.00000000"
    assert held["positionInitialMargin"] == held["initialMargin"] == "152.50000000"
    assert held["openOrderInitialMargin"] == "0"
    # 3,000.1 at a fee of 0.05 %.
    assert asset["walletBalance"] == "9998.49995000"
    assert D(asset["marginBalance"]) == D(asset["walletBalance"]) + D("49.9")
    assert D(asset["availableBalance"]) == D(asset["marginBalance"]) - D("152.5")


def test_open_orders_take_margin(stall: Stall) -> None:
    stall.order("BUY", "0.1", price="29000")
    held = position(stall)
    assert (held["positionAmt"], held["openOrderInitialMargin"]) == ("0.000", "145.00000000")
    assert (held["bidNotional"], held["askNotional"]) == ("2900.00000000", "0")
    assert usdt(stall)["openOrderInitialMargin"] == "145.00000000"


def test_short_position_has_negative_amounts(stall: Stall) -> None:
    stall.order("SELL", "0.1")
    held = position(stall)
    assert (held["positionAmt"], held["notional"]) == ("-0.100", "-3000.00000000")
    assert D(held["liquidationPrice"]) > 30000


def test_hedge_mode_has_two_positions(stall: Stall) -> None:
    assert stall.ask("GET", "/v1/positionSide/dual") == {"dualSidePosition": False}
    done = stall.ask("POST", "/v1/positionSide/dual", dualSidePosition="true")
    assert done == {"code": 200, "msg": "success"}
    assert stall.refused("POST", "/v1/positionSide/dual", dualSidePosition="true")[0] == -4059
    stall.order("BUY", "0.1", positionSide="LONG")
    stall.order("SELL", "0.2", positionSide="SHORT")
    held = stall.ask("GET", "/v3/positionRisk")
    assert [(row["positionSide"], row["positionAmt"]) for row in held] == [("LONG", "0.100"), ("SHORT", "-0.200")]
    assert stall.ask("GET", "/v1/accountConfig")["dualSidePosition"] is True
    every = stall.ask("GET", "/v2/positionRisk")
    assert [row["positionSide"] for row in every] == ["LONG", "SHORT"] * 2


def test_leverage_is_chosen_by_symbol(stall: Stall) -> None:
    answer = stall.ask("POST", "/v1/leverage", symbol="BTCUSDT", leverage=5)
    assert answer == {"symbol": "BTCUSDT", "leverage": 5, "maxNotionalValue": "480000000"}
    assert stall.refused("POST", "/v1/leverage", symbol="BTCUSDT", leverage=126) == (-4028, "Leverage 126 is not valid")
    chosen = {row["symbol"]: row["leverage"] for row in stall.ask("GET", "/v1/symbolConfig")}
    assert chosen == {"BTCUSDT": 5, "ETHUSDT": 20}
    assert position(stall, "v2")["leverage"] == "5"
    assert stall.ask("GET", "/v1/symbolConfig", who="bob", symbol="BTCUSDT")[0]["leverage"] == 20
    assert [payload["ac"] for payload in stall.told() if payload["e"] == "ACCOUNT_CONFIG_UPDATE"] == [
        {"s": "BTCUSDT", "l": 5}
    ]


def test_isolated_margin(stall: Stall) -> None:
    assert stall.refused("POST", "/v1/marginType", symbol="BTCUSDT", marginType="CROSSED")[0] == -4046
    assert stall.refused("POST", "/v1/marginType", symbol="BTCUSDT", marginType="SPLIT")[0] == -1130
    stall.ask("POST", "/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    stall.order("BUY", "0.1")
    stall.price("30101")
    held = position(stall)
    assert (held["isolatedWallet"], held["isolatedMargin"]) == ("150.00500000", "160.00500000")
    moved = stall.ask("POST", "/v1/positionMargin", symbol="BTCUSDT", amount="100", type=1)
    assert moved == {"amount": 100.0, "code": 200, "msg": "Successfully modify position margin.", "type": 1}
    assert position(stall)["isolatedWallet"] == "250.00500000"
    assert position(stall, "v2")["marginType"] == "isolated"
    assert stall.refused("POST", "/v1/positionMargin", symbol="BTCUSDT", amount="1000", type=2)[0] == -4051
    assert stall.refused("POST", "/v1/positionMargin", symbol="BTCUSDT", amount="1", type=3)[0] == -1130
    assert stall.refused("POST", "/v1/marginType", symbol="BTCUSDT", marginType="CROSSED")[0] == -4048


def test_income_tells_what_moved_the_wallet(stall: Stall) -> None:
    stall.order("BUY", "0.1")
    stall.order("SELL", "0.1")
    rows = stall.ask("GET", "/v1/income")
    assert [row["incomeType"] for row in rows] == ["TRANSFER", "COMMISSION", "REALIZED_PNL", "COMMISSION"]
    assert D(usdt(stall)["walletBalance"]) == sum(D(row["income"]) for row in rows)
    assert [row["incomeType"] for row in stall.ask("GET", "/v1/income", incomeType="COMMISSION")] == ["COMMISSION"] * 2
    assert stall.ask("GET", "/v1/income", limit=1) == rows[-1:]
    assert stall.ask("GET", "/v1/income", limit=2, page=1) == rows[:2]
    assert stall.ask("GET", "/v1/income", symbol="ETHUSDT") == []
    assert stall.ask("GET", "/v1/income", endTime=MS - 1) == []


def test_brackets_of_one_and_of_all(stall: Stall) -> None:
    both = stall.ask("GET", "/v1/leverageBracket")
    assert [row["symbol"] for row in both] == ["BTCUSDT", "ETHUSDT"]
    one = stall.ask("GET", "/v1/leverageBracket", symbol="BTCUSDT")
    assert one == both[0]
    assert one["brackets"][1] == {
        "bracket": 2, "initialLeverage": 100, "notionalCap": 600000, "notionalFloor": 50000,
        "maintMarginRatio": 0.005, "cum": 50.0,
    }  # fmt: skip


def test_liquidation_is_among_forced_orders(stall: Stall) -> None:
    stall.ask("POST", "/v1/leverage", symbol="BTCUSDT", leverage=100)
    stall.order("BUY", "5")
    stall.told()
    stall.price("28000")
    (forced,) = stall.ask("GET", "/v1/forceOrders")
    assert forced["clientOrderId"].startswith("autoclose-")
    assert (forced["status"], forced["timeInForce"], forced["side"]) == ("FILLED", "IOC", "SELL")
    assert stall.ask("GET", "/v1/forceOrders", autoCloseType="ADL") == []
    assert stall.refused("GET", "/v1/forceOrders", autoCloseType="X")[0] == -1130
    told = stall.told()
    updates = [payload["o"] for payload in told if payload["e"] == "ORDER_TRADE_UPDATE"]
    assert {update["x"] for update in updates} <= {"NEW", "CALCULATED", "TRADE"}
    assert updates[-1]["X"] == "FILLED"
    assert D(position_or_none(stall)) == 0


def position_or_none(stall: Stall) -> str:
    held = stall.ask("GET", "/v3/positionRisk", symbol="BTCUSDT")
    return held[0]["positionAmt"] if held else "0"


def test_user_stream_tells_the_order_then_the_wallet(stall: Stall) -> None:
    stall.told()
    stall.order("BUY", "0.1", newClientOrderId="mine")
    told = stall.told()
    assert [payload["e"] for payload in told] == [
        "ORDER_TRADE_UPDATE", "TRADE_LITE", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE",
    ]  # fmt: skip
    assert {payload["o"]["c"] for payload in told if "o" in payload} == {"mine"}
    update = told[-1]["a"]
    assert update["m"] == "ORDER"
    assert update["B"][0]["wb"] == "9998.49995000"
    assert (update["P"][0]["pa"], update["P"][0]["ep"], update["P"][0]["ps"]) == ("0.1", "30001", "BOTH")


# Shapes.

READ = [
    ("GetAccountConfiguration", "/v1/accountConfig", {}, {}),
    ("GetAccountInfo", "/v2/account", {}, {
        "positions[].isolatedMargin": "told since 2021", "positions[].notional": "told since 2021",
        "positions[].isolatedWallet": "told since 2021", "positions[].breakEvenPrice": "told since 2023",
    }),
    ("GetAccountInfoV3", "/v3/account", {}, {}),
    ("GetBalances", "/v3/balance", {}, {}),
    ("GetBrackets", "/v1/leverageBracket", {}, {"[].notionalCoef": "told where brackets were adjusted",
        "[].brackets[].cum": "a whole number in the example alone"}),
    ("GetIncomeHistory", "/v1/income", {}, {
        "[].tranId": "a number on the wire, a text in this copy", "[].tradeId": "a text on the wire, both in this copy",
        "[].info": "a trade's id with trades"}),
    ("GetMultiAssetsMode", "/v1/multiAssetsMargin", {}, {}),
    ("GetOrderRateLimit", "/v1/rateLimit/order", {}, {}),
    ("GetPositionInformation", "/v2/positionRisk", {}, {}),
    ("GetSymbolConfiguration", "/v1/symbolConfig", {}, {}),
    ("GetTradingStatus", "/v1/apiTradingStatus", {}, {"indicators": "nobody has any"}),
    ("GetUserCommissionRate", "/v1/commissionRate", {"symbol": "BTCUSDT"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "asked", "optional"), READ)
def test_shape_of_what_is_read(
    stall: Stall, name: str, path: str, asked: dict[str, str], optional: dict[str, str]
) -> None:
    stall.order("BUY", "0.1")
    body = documented(f"Endpoints/UsdFutures/Account/{name}").answer
    assert not differences(stall.ask("GET", path, **asked), body, optional=optional, decimals=False)


def test_shape_of_positions(stall: Stall) -> None:
    stall.order("BUY", "0.1")
    optional = {
        f"[].{name}": "of the second version alone"
        for name in ("leverage", "maxNotionalValue", "marginType", "isAutoAddMargin")
    }
    added = (
        "marginAsset",
        "initialMargin",
        "maintMargin",
        "positionInitialMargin",
        "openOrderInitialMargin",
        "adl",
        "bidNotional",
        "askNotional",
    )
    optional |= {f"[].{name}": "in the third version's own documentation" for name in added}
    body = documented("Endpoints/UsdFutures/Trading/GetPositions").answer
    assert not differences(stall.ask("GET", "/v3/positionRisk"), body, optional=optional, decimals=False)
    older = nautilus("futures/http_json/position_risk.json")
    assert not differences(stall.ask("GET", "/v2/positionRisk"), older, decimals=False)


def test_shape_of_deleveraging_ranks(stall: Stall) -> None:
    stall.order("BUY", "0.1")
    body = documented("Endpoints/UsdFutures/Account/GetPositionAdlQuantileEstimation").answer
    ours = stall.ask("GET", "/v1/adlQuantile")
    assert not differences(ours, body[1:], decimals=False)
    stall.order("SELL", "0.1")
    stall.ask("POST", "/v1/positionSide/dual", dualSidePosition="true")
    stall.order("BUY", "0.1", positionSide="LONG")
    assert not differences(stall.ask("GET", "/v1/adlQuantile"), body[:1], decimals=False)


WRITTEN = [
    ("ChangeInitialLeverage", "/v1/leverage", {"symbol": "BTCUSDT", "leverage": 21}),
    ("ChangeMarginType", "/v1/marginType", {"symbol": "BTCUSDT", "marginType": "ISOLATED"}),
    ("ModifyPositionMode", "/v1/positionSide/dual", {"dualSidePosition": "true"}),
    ("StartUserStream", "/v1/listenKey", {}),
]


@pytest.mark.parametrize(("name", "path", "asked"), WRITTEN)
def test_shape_of_what_is_changed(stall: Stall, name: str, path: str, asked: dict[str, Any]) -> None:
    body = documented(f"Endpoints/UsdFutures/Account/{name}").answer
    assert not differences(stall.ask("POST", path, **asked), body)


def test_shape_of_moved_margin(stall: Stall) -> None:
    stall.ask("POST", "/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    stall.order("BUY", "0.1")
    moved = stall.ask("POST", "/v1/positionMargin", symbol="BTCUSDT", amount="100", type=1)
    assert not differences(moved, documented("Endpoints/UsdFutures/Account/ModifyPositionMargin").answer)
