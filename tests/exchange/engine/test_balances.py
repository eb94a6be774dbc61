"""Free and locked balances, deposits, and fees on top in quote currency."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.ledger import FEES, HOUSE, OUTSIDE
from tradefleet.exchange.engine.orders import OrderStatus, Side
from tradefleet.exchange.engine.spot import FeeAsset

from .desk import BTC, Desk, d, refusal


def test_deposit_and_withdrawal(desk: Desk) -> None:
    desk.engine.withdraw("ann", "USDT", d(4000))
    desk.limit("ann", Side.BUY, "50", "99")
    assert desk.balance_events("ann")[0].changes == {"USDT": d(-4000)}
    assert desk.balance_events("ann")[0].reason == "WITHDRAW"
    assert refusal(lambda: desk.engine.withdraw("ann", "USDT", d("1050.001")))[0] == -4026
    desk.fund("ann", USDT="1")
    assert desk.balance_events("ann")[-1].reason == "DEPOSIT"
    assert desk.balance("ann", "USDT") == (1051, 4950)


def test_money_locked_by_one_order_is_not_there_for_another(desk: Desk) -> None:
    desk.limit("ann", Side.BUY, "100", "60")
    assert refusal(lambda: desk.limit("ann", Side.BUY, "50", "81"))[0] == -2010
    desk.limit("ann", Side.SELL, "50", "120")
    assert refusal(lambda: desk.market("ann", Side.SELL, "0.1"))[0] == -2010


def test_fees_in_quote_come_on_top_and_are_reserved(desk: Desk) -> None:
    desk.accounting.set_fee_asset("ann", FeeAsset.QUOTE)
    waiting = desk.limit("ann", Side.BUY, "1", "90")
    assert waiting.reserved == d("90.09")
    order = desk.market("ann", Side.BUY, "1")
    assert (order.fills[0].fee, order.fills[0].fee_asset) == (d("0.101"), "USDT")
    assert desk.balance("ann", "BTC") == (d(51), 0)
    assert desk.balance("ann", "USDT") == (d(10000) - d("101.101") - d("90.09"), d("90.09"))
    desk.fund("cat", USDT="101.1")
    desk.accounting.set_fee_asset("cat", FeeAsset.QUOTE)
    assert refusal(lambda: desk.market("cat", Side.BUY, "1"))[0] == -2010


def test_market_order_reserves_no_more_than_the_takers_fee(desk: Desk) -> None:
    desk.change_symbol(maker=d("0.01"), taker=d("0.001"))
    desk.accounting.set_fee_asset("cat", FeeAsset.QUOTE)
    desk.fund("cat", USDT="101.101")
    assert desk.market("cat", Side.BUY, "1").status is OrderStatus.FILLED
    assert desk.balance("cat", "USDT") == (0, 0)


def test_system_accounts_mirror_the_clients(desk: Desk) -> None:
    desk.market("ann", Side.BUY, "1")
    assert desk.ledger.balance(FEES, "BTC") == d("0.001")
    assert desk.ledger.balance(HOUSE, "USDT") == 101 and desk.ledger.balance(HOUSE, "BTC") == -1
    assert desk.ledger.balance(OUTSIDE, "USDT") == -20000


def test_fill_at_fills_what_money_pays_for_and_expires_what_has_none(desk: Desk) -> None:
    desk.fund("cat", USDT="100")
    order = desk.limit("cat", Side.BUY, "1", "90")
    fill = desk.engine.fill_at(order, d(200), d(1), True)
    assert fill is not None and fill.quantity == d("0.5") and desk.balance("cat", "USDT") == (0, 0)
    assert desk.engine.fill_at(order, d(200), d(1), True) is None
    assert order.status is OrderStatus.EXPIRED


_AMOUNTS = st.decimals(min_value=Decimal("0.00001"), max_value=1000, places=5)
_PRICES = st.decimals(min_value=Decimal("0.0000001"), max_value=100_000, places=7)


@given(
    quantity=_AMOUNTS, price=_PRICES, parts=st.lists(st.integers(1, 9), min_size=1, max_size=12), quote=st.booleans()
)
def test_no_split_of_an_order_costs_more_than_it_locked(
    quantity: Decimal, price: Decimal, parts: list[int], quote: bool
) -> None:
    desk = Desk()
    if quote:
        desk.accounting.set_fee_asset("ann", FeeAsset.QUOTE)
    desk.change_symbol(
        tick=d("0.0000001"),
        lot=d("0.00001"),
        min_quantity=d("0.00001"),
        min_price=d("0.0000001"),
        min_notional=d(0),
        max_notional=d(10**12),
    )
    desk.fund("ann", USDT="1000000000")
    order = desk.limit("ann", Side.BUY, str(quantity), str(price))
    desk.engine.withdraw("ann", "USDT", desk.balance("ann", "USDT")[0])
    for part in parts:
        if order.open:
            share = (quantity * part / 10).quantize(d("0.00001"))
            desk.engine.fill_at(order, price, max(share, d("0.00001")), True)
    if order.open:
        desk.engine.fill_at(order, price, order.left, True)
    assert order.filled == quantity
    assert desk.balance("ann", "USDT")[0] >= 0 and desk.balance("ann", "USDT")[1] == 0
    assert desk.engine.fills("ann", BTC)[-1].order_id == order.id
