"""Funding: longs pay, shorts receive, and it is told."""

from __future__ import annotations

from tests.exchange.perpetual.desk import D, Desk

from tradefleet.exchange.engine.events import BalancesChanged, Event
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.perpetual.funding import pay_funding
from tradefleet.exchange.engine.perpetual.income import IncomeKind

BUY, SELL = Side.BUY, Side.SELL


def pay(desk: Desk, rate: str = "0.0001", mark: str = "10000") -> list[BalancesChanged]:
    events: list[Event] = []
    list(desk.accounting.take_changes())
    pay_funding(desk.accounting, "BTCUSDT", D(rate), D(mark), 99, events.append)
    return [event for event in events if isinstance(event, BalancesChanged)]


def test_longs_pay_the_notional_times_the_rate_and_shorts_receive_it() -> None:
    desk = Desk()
    desk.deposit("bob", "1000")
    desk.trade(BUY, "1", "9000")
    desk.trade(SELL, "0.5", "9000", account="bob")
    ann, bob = desk.money("ann"), desk.money("bob")
    told = pay(desk)
    assert (desk.money("ann") - ann, desk.money("bob") - bob) == (D(-1), D("0.5"))
    assert desk.ledger.balance("@funding", "USDT") == D("0.5")
    assert [(event.account, event.reason, event.changes, event.positions) for event in told] == [
        ("ann", "FUNDING_FEE", {"USDT": D(-1)}, ()),
        ("bob", "FUNDING_FEE", {"USDT": D("0.5")}, ()),
    ]


def test_a_negative_rate_is_paid_by_shorts() -> None:
    desk = Desk()
    desk.trade(SELL, "1", "10000")
    before = desk.money()
    pay(desk, "-0.0002")
    assert desk.money() == before - 2


def test_an_isolated_position_pays_from_its_own_margin() -> None:
    desk = Desk()
    desk.accounting.settings.of("ann").isolated.add("BTCUSDT")
    desk.trade(BUY, "1", "10000")
    told = pay(desk)
    assert desk.accounting.balances("ann")["USDT"] == (D(495), D(499))
    assert told[0].positions[0].isolated_wallet == 499


def test_without_positions_nothing_is_told() -> None:
    desk = Desk()
    desk.trade(BUY, "1", "1000", symbol="ETHUSDT")
    assert pay(desk) == []


def test_income_tells_what_every_change_was_for() -> None:
    desk = Desk()
    desk.trade(BUY, "0.1", "10000")
    desk.trade(SELL, "0.1", "10100")
    desk.trade(BUY, "0.1", "10000")
    pay(desk)
    rows = desk.accounting.incomes.of("ann")
    assert [(row.kind, row.amount) for row in rows] == [
        (IncomeKind.TRANSFER, D(1000)),
        (IncomeKind.COMMISSION, D("-0.5")),
        (IncomeKind.REALIZED_PNL, D(10)),
        (IncomeKind.COMMISSION, D("-0.505")),
        (IncomeKind.COMMISSION, D("-0.5")),
        (IncomeKind.FUNDING_FEE, D("-0.1")),
    ]
    assert sum(row.amount for row in rows) == desk.money()
    assert [row.id for row in rows] == [1, 2, 3, 4, 5, 6]
