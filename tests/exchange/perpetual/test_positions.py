"""Positions add up to what was traded, to the last digit."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.perpetual.desk import D, Desk

from tradefleet.exchange.engine.amounts import multiplied
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.perpetual.positions import BOTH, Position

BUY, SELL = Side.BUY, Side.SELL


def held(desk: Desk, side: str = "BOTH") -> Position:
    return desk.accounting.positions.get("ann", "BTCUSDT", side)


def test_buying_twice_averages_the_entry_price() -> None:
    desk = Desk("100000")
    desk.trade(BUY, "1", "10000")
    desk.trade(BUY, "3", "12000")
    assert held(desk).amount == 4
    assert held(desk).entry_price == 11500


def test_selling_a_part_realises_its_share_and_leaves_the_entry_price() -> None:
    desk = Desk("100000")
    desk.trade(BUY, "4", "10000")
    fill = desk.trade(SELL, "1", "10500")
    assert fill.realised == 500
    assert held(desk).amount == 3
    assert held(desk).entry_price == 10000


def test_a_short_position_gains_when_it_is_bought_back_lower() -> None:
    desk = Desk("100000")
    desk.trade(SELL, "2", "10000")
    assert held(desk).amount == -2
    assert desk.trade(BUY, "2", "9000").realised == 2000
    assert held(desk).amount == 0
    assert held(desk).entry_price == 0


def test_one_order_closes_a_position_and_opens_the_opposite_one() -> None:
    desk = Desk("100000")
    desk.trade(BUY, "1", "10000")
    fill = desk.trade(SELL, "3", "11000")
    assert fill.realised == 1000
    assert (held(desk).amount, held(desk).entry_price) == (-2, 11000)


def test_fees_are_taken_in_quote_currency_at_the_makers_or_takers_rate() -> None:
    desk = Desk()
    taker = desk.trade(BUY, "0.1", "10000")
    maker = desk.fill(desk.order(SELL, "0.1", "10000"), "10000", maker=True)
    assert (taker.fee, taker.fee_asset) == (D("0.5"), "USDT")
    assert maker.fee == D("0.2")
    assert desk.money() == D("999.3")


def test_break_even_is_where_leaving_makes_up_for_the_fees_of_entering() -> None:
    # As recorded: entered at 77290.7 with a fee of 0.04 %, break-even at 77321.61628.
    position = Position("ann", "BTCUSDT", BOTH)
    quote = multiplied(D("0.0007"), D("77290.7"))
    position.open(D("0.0007"), quote)
    position.net -= quote * D("0.0004")
    assert abs(position.break_even_price - D("77321.61628")) < D("1e-9")


def test_break_even_is_forgotten_when_a_position_is_left() -> None:
    desk = Desk("100000")
    desk.trade(BUY, "1", "10000")
    desk.trade(SELL, "1", "9000")
    desk.fill(desk.order(BUY, "1", "9000"), "9000", maker=True)
    assert held(desk).break_even_price == D("9000") * D("1.0002")


def test_hedge_mode_keeps_both_sides_apart() -> None:
    desk = Desk("100000")
    desk.accounting.settings.of("ann").hedge = True
    desk.trade(BUY, "2", "10000", position_side="LONG")
    desk.trade(SELL, "1", "10000", position_side="SHORT")
    assert (held(desk, "LONG").amount, held(desk, "SHORT").amount) == (2, -1)
    assert desk.trade(SELL, "2", "10100", position_side="LONG").realised == 200
    assert (held(desk, "LONG").amount, held(desk, "SHORT").amount) == (0, -1)


_trades = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.decimals("0.001", "5", places=3),
        st.decimals("9000", "11000", places=1),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@given(_trades, st.decimals("5000", "20000", places=2))
def test_wallet_and_unrealised_profit_are_exactly_the_money_that_trades_moved(
    trades: list[tuple[Side, Decimal, Decimal, bool]], mark: Decimal
) -> None:
    desk = Desk("10000000")
    moved = amount = fees = D(0)
    for side, quantity, price, maker in trades:
        fill = desk.fill(desk.order(side, str(quantity), str(price)), str(price), maker=maker)
        amount += side.sign * quantity
        moved -= side.sign * fill.quote
        fees += fill.fee
    position = held(desk)
    assert position.amount == amount
    assert desk.money() == 10_000_000 - fees + position.realised
    assert position.realised - position.cost == moved
    assert desk.money() + position.unrealised(mark) == 10_000_000 - fees + moved + multiplied(amount, mark)
    assert desk.ledger.balance("@house", "USDT") == -position.realised
    assert desk.ledger.balance("@fees", "USDT") == fees
