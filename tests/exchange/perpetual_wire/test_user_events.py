"""User streams of perpetuals: what each event of the exchange says, and that it has Binance's shape."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.exchange.recordings import documented, nautilus
from tests.exchange.shapes import differences

from tradefleet.exchange.engine.events import (
    BalancesChanged,
    BookChanged,
    ConditionalReport,
    ExecutionType,
    LeverageChanged,
    MarginCalled,
    OrderReport,
    PositionState,
)
from tradefleet.exchange.engine.orders import (
    Execution,
    Fill,
    Order,
    OrderRequest,
    OrderStatus,
    PriceSource,
    Side,
    Trigger,
    TriggerKind,
)
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.user.perpetual import listen_key_expired, reports

D = Decimal

NOW = 1_700_000_000_123 * 1_000_000
MS = 1_700_000_000_123
FILL = Fill(7, 5, "ann", "BTCUSDT", Side.BUY, "BOTH", D("30000"), D("0.002"), D("60"), D("0.03"), "USDT", True, NOW)
STATE = PositionState(
    "BTCUSDT", "BOTH", D("-0.5"), D("30000.5"), D("30010"), D("12.5"), D("-1.25"), True, D("750"), "USDT", 20
)
STOP = Trigger(TriggerKind.STOP, D("29000"), None, PriceSource.MARK)
TRAILING = Trigger(TriggerKind.TRAILING, D("31000"), D("0.005"))
# By the documentation, fees are told with a fee only, and what concerns trailing stops with them only.
FEES = {"o.N": "sent with a fee only", "o.n": "sent with a fee only"}
ADDED = {"o.pm": "in the documentation since 2023", "o.gtd": "in the documentation since 2023"}
TRAILED = {"o.AP": "sent with trailing stops only", "o.cr": "sent with trailing stops only"}


def order(type_: str = "LIMIT", trigger: Trigger | None = None, **more: object) -> Order:
    execution = Execution.LIMIT if type_ in ("LIMIT", "STOP", "TAKE_PROFIT") else Execution.MARKET
    price = D("30000") if execution is Execution.LIMIT else None
    request = OrderRequest("BTCUSDT", Side.BUY, type_, execution, D("0.002"), limit_price=price, trigger=trigger)
    made = Order(5, "mine", "ann", request, D("0.002"), NOW, NOW, working=trigger is None)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def report(
    execution: ExecutionType, status: OrderStatus, fill: Fill | None = None, of: Order | None = None
) -> OrderReport:
    filled = fill.quantity if fill else D(0)
    quote = fill.quote if fill else D(0)
    return OrderReport(Market.PERPETUAL, NOW, of or order(), execution, status, filled, quote, fill)


def told(event: object) -> list[dict]:
    return [payload for account, payload in reports(event, None) if account == "ann"]


def test_new_order_is_one_update() -> None:
    (payload,) = told(report(ExecutionType.NEW, OrderStatus.NEW))
    assert payload["e"] == "ORDER_TRADE_UPDATE"
    assert payload["E"] == payload["T"] == MS
    assert payload["o"]["x"] == payload["o"]["X"] == "NEW"
    assert payload["o"]["c"] == "mine"
    assert payload["o"]["p"] == "30000"
    assert "n" not in payload["o"]


def test_trade_is_told_shortly_and_then_in_full() -> None:
    lite, full = told(report(ExecutionType.TRADE, OrderStatus.FILLED, FILL))
    assert lite["e"] == "TRADE_LITE"
    assert (lite["L"], lite["l"], lite["t"], lite["m"]) == ("30000", "0.002", 7, True)
    assert full["o"]["n"] == "0.03000000"
    assert full["o"]["ap"] == "30000"
    assert full["o"]["z"] == "0.002"


def test_liquidation_has_no_short_form() -> None:
    (payload,) = told(report(ExecutionType.CALCULATED, OrderStatus.FILLED, FILL))
    assert payload["o"]["x"] == "CALCULATED"


def test_prevented_trade_has_expired() -> None:
    (payload,) = told(report(ExecutionType.TRADE_PREVENTION, OrderStatus.EXPIRED_IN_MATCH))
    assert (payload["o"]["x"], payload["o"]["X"]) == ("EXPIRED", "EXPIRED_IN_MATCH")


def test_spot_events_and_public_events_say_nothing() -> None:
    assert not told(replace(report(ExecutionType.NEW, OrderStatus.NEW), market=Market.SPOT))
    assert not list(reports(BookChanged(Market.PERPETUAL, NOW, "BTCUSDT", 1, 1, (), ()), None))
    assert not told(BalancesChanged(Market.SPOT, NOW, "ann", {}, {}, "ORDER"))


def test_wallets_and_positions() -> None:
    event = BalancesChanged(
        Market.PERPETUAL, NOW, "ann", {"USDT": (D("100"), D("750"))}, {"USDT": D("-0.03")}, "ORDER", (STATE,)
    )
    (payload,) = told(event)
    assert payload["a"]["m"] == "ORDER"
    assert payload["a"]["B"] == [{"a": "USDT", "wb": "850.00000000", "cw": "100.00000000", "bc": "0"}]
    assert payload["a"]["P"][0]["mt"] == "isolated"
    assert payload["a"]["P"][0]["pa"] == "-0.5"


@pytest.mark.parametrize("reason", ["DEPOSIT", "FUNDING_FEE"])
def test_change_of_a_wallet_that_no_trade_made_is_told(reason: str) -> None:
    event = BalancesChanged(Market.PERPETUAL, NOW, "ann", {"USDT": (D(5), D(0))}, {"USDT": D(5)}, reason)
    assert told(event)[0]["a"]["B"][0]["bc"] == "5.00000000"


def test_leverage() -> None:
    (payload,) = told(LeverageChanged(NOW, "ann", "BTCUSDT", 25))
    assert payload == {"e": "ACCOUNT_CONFIG_UPDATE", "E": MS, "T": MS, "ac": {"s": "BTCUSDT", "l": 25}}


def test_conditional_order_from_its_placing_to_its_end() -> None:
    stop = order("STOP_MARKET", STOP)
    (payload,) = told(ConditionalReport(NOW, "ann", stop, "NEW"))
    assert (payload["o"]["X"], payload["o"]["ai"], payload["o"]["tp"], payload["o"]["wt"]) == (
        "NEW", "", "29000", "MARK_PRICE",
    )  # fmt: skip
    became = order("MARKET", id=9, filled=D("0.002"), filled_quote=D("60"))
    (payload,) = told(ConditionalReport(NOW, "ann", stop, "FINISHED", became))
    assert (payload["o"]["ai"], payload["o"]["ap"], payload["o"]["aq"]) == ("9", "30000", "0.002")


def test_reason_of_a_refusal_is_told() -> None:
    (payload,) = told(ConditionalReport(NOW, "ann", order("STOP_MARKET", STOP), "REJECTED", reason="no position"))
    assert payload["o"]["rm"] == "no position"


# Shapes.


@pytest.mark.parametrize(
    ("name", "event", "optional"),
    [
        (
            "order_update_new",
            report(ExecutionType.NEW, OrderStatus.NEW, of=order("TRAILING_STOP_MARKET", TRAILING)),
            FEES,
        ),
        ("order_update_trade", report(ExecutionType.TRADE, OrderStatus.PARTIALLY_FILLED, FILL), TRAILED),
        ("order_update_trade_partial", report(ExecutionType.TRADE, OrderStatus.PARTIALLY_FILLED, FILL), TRAILED),
        ("order_update_calculated", report(ExecutionType.CALCULATED, OrderStatus.FILLED, FILL), TRAILED),
        ("order_update_calculated_pending", report(ExecutionType.CALCULATED, OrderStatus.NEW), TRAILED),
    ],
)
def test_shape_of_order_updates(name: str, event: OrderReport, optional: dict[str, str]) -> None:
    recorded = nautilus(f"futures/user_data_json/{name}.json")
    assert not differences(told(event)[-1], recorded, optional=optional | ADDED, decimals=False)


def test_shape_of_documented_order_update() -> None:
    recorded = documented("Subscriptions/UsdFutures/OrderUpdate").answer["data"]
    event = report(ExecutionType.NEW, OrderStatus.NEW, of=order("TRAILING_STOP_MARKET", TRAILING))
    assert not differences(told(event)[0], recorded, optional=FEES, decimals=False)


@pytest.mark.parametrize(
    "recorded", ["futures/user_data_json/trade_lite.json", "ws_messages/ws_futures_trade_lite.json"]
)
def test_shape_of_trade_lite(recorded: str) -> None:
    lite = told(report(ExecutionType.TRADE, OrderStatus.FILLED, FILL))[0]
    assert not differences(lite, nautilus(recorded), decimals=False)


def test_shape_of_account_update() -> None:
    flat = replace(STATE, amount=D(0), realised=D(0), unrealised=D(0), isolated_wallet=D(0))
    event = BalancesChanged(
        Market.PERPETUAL, NOW, "ann", {"USDT": (D(1), D(0))}, {"USDT": D(1)}, "DEPOSIT", (STATE, flat)
    )
    for recorded in (
        documented("Subscriptions/UsdFutures/AccountUpdate").answer["data"],
        nautilus("futures/user_data_json/account_update.json"),
    ):
        assert not differences(told(event)[0], recorded, decimals=False)


@pytest.mark.parametrize(
    ("name", "status", "became"),
    [
        ("ws_futures_algo_update_triggering", "TRIGGERING", None),
        ("ws_futures_algo_update_triggered", "TRIGGERED", order("MARKET", id=9)),
        ("ws_futures_algo_update_finished", "FINISHED", order("MARKET", id=9, filled=D(1), filled_quote=D(30))),
        ("ws_futures_algo_update_finished_canceled", "FINISHED", order("MARKET", id=9)),
    ],
)
def test_shape_of_algo_updates(name: str, status: str, became: Order | None) -> None:
    recorded = nautilus(f"ws_messages/{name}.json")["data"]
    event = ConditionalReport(NOW, "ann", order("STOP_MARKET", STOP), status, became)
    assert not differences(told(event)[0], recorded, decimals=False)


@pytest.mark.parametrize("status", ["NEW", "CANCELED"])
def test_shape_of_algo_update_before_it_wakes(status: str) -> None:
    event = ConditionalReport(NOW, "ann", order("TAKE_PROFIT", STOP), status)
    documented_one = documented("Subscriptions/UsdFutures/AlgoOrderUpdate").answer["data"]
    assert not differences(told(event)[0], documented_one, decimals=False)
    with_reason = replace(event, reason="Reduce Only reject")
    for name in ("algo_update_new", "algo_update_canceled"):
        assert not differences(told(with_reason)[0], nautilus(f"futures/user_data_json/{name}.json"), decimals=False)


def test_shape_of_leverage_and_margin_call() -> None:
    changed = told(LeverageChanged(NOW, "ann", "BTCUSDT", 25))[0]
    assert not differences(changed, documented("Subscriptions/UsdFutures/Leverage").answer["data"])
    called = told(MarginCalled(NOW, "ann", D("3.168"), ((STATE, D("187.17"), D("1.61")),)))[0]
    recorded = documented("Subscriptions/UsdFutures/MarginUpdate").answer["data"]
    assert not differences(called, recorded, decimals=False)


def test_expired_key_names_itself() -> None:
    assert listen_key_expired("abc", NOW) == {"e": "listenKeyExpired", "E": MS, "listenKey": "abc"}
