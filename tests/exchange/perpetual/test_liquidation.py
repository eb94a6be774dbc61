"""Liquidation: when, at what price, who pays, what is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.perpetual.desk import BTC, D
from tests.exchange.perpetual.floor import Floor

from tradefleet.exchange.engine.events import ExecutionType, MarginCalled, OrderReport
from tradefleet.exchange.engine.ledger import INSURANCE
from tradefleet.exchange.engine.orders import OrderStatus, Side, TriggerKind
from tradefleet.exchange.engine.perpetual.income import IncomeKind
from tradefleet.exchange.engine.symbols import Symbol
from tradefleet.simulation.rules import liquidation as rule
from tradefleet.simulation.rules.margin import margin_of

BUY, SELL = Side.BUY, Side.SELL


def isolated(money: str = "1000", leverage: int = 20) -> Floor:
    floor = Floor(money=money)
    floor.engine.configuration.set_isolated("ann", "BTCUSDT", True)
    floor.engine.configuration.set_leverage("ann", "BTCUSDT", leverage)
    floor.forget()
    return floor


def fund(floor: Floor) -> Decimal:
    return floor.engine.perpetual.ledger.balance(INSURANCE, "USDT")


def test_an_isolated_position_is_taken_over_at_its_level_and_no_other_money_is_touched() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    [(account, side, sign, price)] = floor.engine.liquidations.level("BTCUSDT")
    assert (account, side, sign) == ("ann", "BOTH", 1)
    assert price.quantize(D("0.01")) == D("9538.15")
    before = floor.money()
    floor.price("9538.2")
    assert floor.amount() == D("0.5")
    floor.price("9538.1")
    assert floor.amount() == 0
    # 250 of margin: the loss, then the fee takes the little that is left.
    assert floor.money() == before - 250
    assert fund(floor) == 250 - D("0.5") * D("461.9")
    assert floor.engine.perpetual.balances("ann")["USDT"][1] == 0


def test_what_is_left_after_the_fee_comes_back() -> None:
    floor = isolated(leverage=2)
    floor.engine.replace_symbol(_with_fee("0.001"))
    floor.order(BUY, "0.1")
    floor.price("5015")
    assert floor.amount() == 0
    fee = D("0.1") * 5015 * D("0.001")
    assert fund(floor) == fee
    assert floor.money() == 1000 - D("0.5") - D("498.5") - fee


def test_a_gap_beyond_bankruptcy_is_closed_at_bankruptcy() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    before = floor.money()
    floor.price("8000")
    assert floor.money() == before - 250
    [report] = [event for event in floor.heard(OrderReport) if event.fill and event.order.client_id[:9] == "autoclose"]
    assert report.fill is not None
    assert (report.fill.price, report.fill.fee) == (9500, 0)


def test_the_order_of_a_liquidation_is_the_exchanges_own() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    floor.forget()
    floor.price("9000")
    assert [(told.execution, told.status) for told in floor.told] == [
        (ExecutionType.CALCULATED, OrderStatus.NEW),
        (ExecutionType.TRADE, OrderStatus.FILLED),
    ]
    order = floor.engine.orders("ann", "BTCUSDT")[-1]
    assert order.client_id == f"autoclose-{floor.now // 1_000_000}"
    assert (order.side, order.request.reduce_only, order.average_price) == (SELL, True, 9500)
    assert floor.reasons() == ["ORDER"]


def test_open_orders_of_the_symbol_are_cancelled_first() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    floor.order(BUY, "0.1", "5000", client_id="waiting")
    floor.order(BUY, "0.1", "500", symbol="ETHUSDT", client_id="other")
    floor.forget()
    floor.price("9000")
    assert floor.told[0].client_id == "waiting"
    assert floor.told[0].execution is ExecutionType.CANCELED
    assert [order.client_id for order in floor.engine.open_orders("ann")] == ["other"]


def test_a_conditional_order_left_behind_opens_nothing_later() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    floor.stop(SELL, "8000", "0.5")
    floor.price("9000")
    assert floor.statuses()[-1] == "CANCELED"
    floor.price("7000")
    assert floor.amount() == 0


def test_close_position_orders_expire_with_a_liquidated_position() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    floor.stop(SELL, "10500", kind=TriggerKind.TAKE_PROFIT)
    floor.price("9000")
    assert floor.statuses()[-1] == "EXPIRED"


def test_a_short_position_is_liquidated_by_a_rise() -> None:
    floor = isolated()
    floor.order(SELL, "0.5")
    [(_, _, sign, price)] = floor.engine.liquidations.level("BTCUSDT")
    assert sign == -1
    assert price > 10000
    floor.price("10499")
    assert floor.amount() == 0


def test_a_cross_position_lives_on_the_whole_wallet() -> None:
    floor = Floor()
    floor.order(BUY, "0.5")
    floor.price("8500")
    assert floor.amount() == D("0.5")
    floor.price("8010")
    assert floor.amount() == 0
    assert floor.money() == 0


def test_a_cross_wallet_that_a_gap_has_emptied_is_made_up_by_the_insurance_fund() -> None:
    floor = Floor()
    floor.order(BUY, "0.5")
    floor.price("7000")
    assert floor.money() == 0
    assert sum(floor.engine.perpetual.ledger.balances().values()) == 0


def test_profits_of_other_symbols_carry_a_cross_position() -> None:
    floor = Floor()
    floor.order(BUY, "0.5")
    floor.order(BUY, "5", symbol="ETHUSDT")
    floor.price("1100", "ETHUSDT")
    floor.price("8010")
    assert floor.amount() == D("0.5")
    [(_, _, _, price)] = floor.engine.liquidations.level("BTCUSDT")
    assert price < 8000
    floor.price("1000", "ETHUSDT")
    assert floor.amount() == 0
    assert floor.amount(symbol="ETHUSDT") == 0


def test_only_as_much_as_must_be_is_liquidated() -> None:
    floor = Floor()
    floor.engine.replace_symbol(_with_fee("0.001"))
    floor.engine.configuration.set_leverage("ann", "BTCUSDT", 100)
    floor.order(BUY, "5")
    floor.order(BUY, "0.1", symbol="ETHUSDT")
    floor.price("9840")
    assert floor.amount() == 0
    assert floor.amount(symbol="ETHUSDT") == D("0.1")


def test_both_sides_of_a_cross_hedge_share_their_level() -> None:
    floor = Floor()
    floor.engine.configuration.set_hedge("ann", True)
    floor.order(BUY, "0.6", position_side="LONG")
    floor.order(SELL, "0.1", position_side="SHORT")
    levels = floor.engine.liquidations.level("BTCUSDT")
    assert [(side, sign) for _, side, sign, _ in levels] == [("LONG", 1), ("SHORT", 1)]
    assert levels[0][3] == levels[1][3]
    floor.price("7000")
    assert (floor.amount(side="LONG"), floor.amount(side="SHORT")) == (0, 0)
    forced = [order for order in floor.engine.orders("ann", "BTCUSDT") if order.client_id.startswith("autoclose-")]
    assert [order.side for order in forced] == [SELL, BUY]
    assert forced[0].average_price == forced[1].average_price > 7000
    assert floor.money() == 0


def test_an_account_is_warned_once_before_it_is_liquidated() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    floor.price("9545")
    [call] = floor.heard(MarginCalled)
    [(state, mark, maintenance)] = call.positions
    assert (call.account, state.amount, mark) == ("ann", D("0.5"), 9545)
    assert maintenance == D("0.5") * 9545 * D("0.004")
    floor.price("9544")
    assert len(floor.heard(MarginCalled)) == 1
    floor.price("9900")
    floor.price("9545")
    assert len(floor.heard(MarginCalled)) == 2


def test_where_bars_are_played_the_mark_price_only_warns() -> None:
    floor = Floor(by_bars=True)
    floor.order(BUY, "0.5")
    floor.price("7000")
    assert floor.amount() == D("0.5")
    assert len(floor.heard(MarginCalled)) == 1
    floor.engine.liquidations.liquidate("ann", "BTCUSDT", "BOTH", D("8020"))
    assert floor.amount() == 0
    floor.engine.liquidations.liquidate("ann", "BTCUSDT", "BOTH", D("8020"))


def test_income_tells_of_the_liquidation() -> None:
    floor = isolated()
    floor.order(BUY, "0.5")
    floor.price("9520")
    rows = floor.engine.perpetual.incomes.of("ann")
    assert [row.kind for row in rows][-2:] == [IncomeKind.REALIZED_PNL, IncomeKind.INSURANCE_CLEAR]
    assert sum(row.amount for row in rows) == floor.money()


@given(
    st.sampled_from(Side),
    st.decimals("0.01", "2", places=3),
    st.integers(2, 50),
    st.decimals("0.9", "1.1", places=3),
)
def test_price_fee_and_loss_are_those_of_the_backtest(
    side: Side, quantity: Decimal, leverage: int, opening: Decimal
) -> None:
    floor = isolated("20000", leverage)
    floor.order(side, str(quantity))
    before = floor.money()
    levels = floor.engine.liquidations.level("BTCUSDT")
    tiers = [(float(tier.floor), float(tier.rate), float(tier.amount)) for tier in BTC.brackets]
    margin = margin_of(float(leverage), tiers, float(BTC.liquidation_fee), liquidates=True)
    locked = float(quantity) * 10000.0 / leverage
    sign, held = float(side.sign), float(quantity)
    level = rule.liquidation_level(sign, held, 10000.0, locked, margin)
    bankruptcy = rule.bankruptcy_price(sign, held, 10000.0, locked)
    assert float(levels[0][3]) == pytest.approx(level, rel=1e-9)
    price = min(float(opening) * 10000.0, level) if sign > 0 else max(float(opening) * 10000.0, level)
    floor.engine.liquidations.liquidate("ann", "BTCUSDT", "BOTH", D(repr(price)))
    got = rule.liquidation_price(sign, price, level, bankruptcy)
    fee = rule.liquidation_fee_of(sign, held, 10000.0, got, locked, margin)
    assert float(floor.money() - before) == pytest.approx(sign * held * (got - 10000.0) - fee, abs=1e-6)
    assert float(fund(floor)) == pytest.approx(fee, abs=1e-6)


def _with_fee(fee: str) -> Symbol:
    return replace(BTC, liquidation_fee=D(fee))


@pytest.mark.parametrize("side", [BUY, SELL])
def test_at_its_level_a_cross_account_has_just_its_maintenance_margin(side: Side) -> None:
    floor = Floor()
    floor.order(side, "0.5")
    floor.order(BUY, "2", symbol="ETHUSDT")
    [(_, _, _, level)] = floor.engine.liquidations.level("BTCUSDT")
    margins = floor.engine.perpetual.margins
    # Without a look at the margin: the mark price alone is moved.
    floor.engine.listing("BTCUSDT").mark_price = level
    money = margins.of("ann", "USDT")
    assert abs(money.cross_balance - money.cross_maintenance) < D("0.000001")
    floor.engine.mark("BTCUSDT", level - side.sign * D("-0.01"))
    assert floor.amount() != 0
    floor.engine.mark("BTCUSDT", level + side.sign * D("-0.01"))
    assert floor.amount() == 0
