"""Strategies that act bar by bar: what they see, what their orders do, and that money is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import StrategyError
from tradefleet.simulation.columns import ROWS, new_journal
from tradefleet.simulation.on_bar import desk as desk_module
from tradefleet.simulation.rules.signals import EXIT_LONG
from tradefleet.simulation.state import Limits
from tradefleet.strategies.on_bar import Bar, TradingAccount
from tradefleet.trading.size import amount, kelly, risk

from .acting import desk_of, play, say, walked
from .scene import HOUR, MINUTE, QUIET, START, make_carry

FLAT = QUIET


# -- what it sees -----------------------------------------------------------------------------------------------------


def test_a_bar_has_its_times_prices_and_symbol() -> None:
    seen: list[Bar] = []
    play(lambda number, bar, account: seen.append(bar), [(100, 103, 99, 101), (101, 102, 98, 100)])
    assert [bar.close_time for bar in seen] == [START + MINUTE, START + 2 * MINUTE]
    assert tuple(seen[1]) == (START + MINUTE, START + 2 * MINUTE, "X", 101.0, 102.0, 98.0, 100.0, 0.0)
    assert all(type(value) in (int, float, str) for value in seen[0])


def test_the_account_shows_the_position_at_its_close() -> None:
    seen: list[Any] = []

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        seen.append((account.position, account.entry_price, account.equity, account.cash))
        if number == 0:
            account.enter("long")
        if number == 2:
            account.exit()

    play(act, [FLAT, (100, 110, 100, 110), (110, 120, 110, 120), FLAT], fee=0.01, maker=0.0)
    # 10 bought at 100 with a fee of 10; sold at 100 with another 10.
    assert seen == [
        (0.0, 0.0, 10_000.0, 10_000.0),
        (10.0, 100.0, 10_090.0, 8_990.0),
        (10.0, 100.0, 10_190.0, 8_990.0),
        (0.0, 0.0, 9_980.0, 9_980.0),
    ]


def test_a_position_stopped_out_within_the_bar_is_gone_at_its_close() -> None:
    seen: list[float] = []

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        seen.append(account.position)
        if number == 0:
            account.enter("long", stop_loss=0.02)

    outcome = play(act, [FLAT, FLAT, (100, 100, 97, 99), FLAT])
    assert seen == [0.0, 10.0, 0.0, 0.0]
    assert (outcome.only.reason, outcome.only.exit_price) == ("stop_loss", 98.0)


# -- market orders ----------------------------------------------------------------------------------------------------


def test_levels_that_are_given_replace_those_of_the_strategy() -> None:
    rows = [FLAT, FLAT, (100, 101.5, 98.5, 100), FLAT]
    usual = play(say({0: lambda a: a.enter("long")}), rows, stop=0.01)
    given = play(say({0: lambda a: a.enter("long", stop_loss=0.0, take_profit=0.01)}), rows, stop=0.01)
    assert (usual.only.reason, usual.only.exit_price) == ("stop_loss", 99.0)
    assert (given.only.reason, given.only.exit_price) == ("take_profit", 101.0)


@pytest.mark.parametrize(
    ("size", "quantity"),
    [(None, 10.0), (0.5, 50.0), ("amount:200", 2.0), (amount(300), 3.0), (risk(0.01), 50.0), (kelly(0.5), 1.0)],
)
def test_sizes_are_meant_as_everywhere(size: Any, quantity: float) -> None:
    policy = {"floor": 0.01, "least_trades": 30.0}
    outcome = play(say({0: lambda a: a.enter("long", size, stop_loss=0.02)}), [FLAT, FLAT], policy=policy)
    assert outcome.held.quantity == pytest.approx(quantity)


def test_entering_against_a_position_reverses_only_where_both_sides_are_traded() -> None:
    said = say({0: lambda a: a.enter("long"), 1: lambda a: a.enter("short")})
    both = play(said, [FLAT] * 4, side="both")
    assert (both.only.side, both.only.reason, both.held.side) == (1, "signal", -1.0)
    alone = play(said, [FLAT] * 4, side="long")
    assert (alone.trades, alone.held.side) == ([], 1.0)


def test_an_exit_beside_an_opposite_entry_is_the_exit_alone_where_one_side_is_traded() -> None:
    def turn(account: TradingAccount) -> None:
        account.exit()
        account.enter("short")

    outcome = play(say({0: lambda a: a.enter("long"), 1: turn}), [FLAT] * 4)
    assert (outcome.only.reason, outcome.held) == ("signal", None)


def test_both_entries_at_one_close_are_neither() -> None:
    def both(account: TradingAccount) -> None:
        account.enter("long")
        account.enter("short")

    assert play(say({0: both}), [FLAT] * 3, side="both").held is None


def test_an_entry_is_added_as_often_as_pyramiding_allows() -> None:
    act = say(dict.fromkeys(range(5), lambda a: a.enter("long", amount(100))))
    assert play(act, [FLAT] * 6).held.quantity == pytest.approx(1.0)
    assert play(act, [FLAT] * 6, policy={"pyramiding": 2}).held.quantity == pytest.approx(3.0)


def test_no_entry_is_decided_where_the_session_is_closed() -> None:
    act = say({0: lambda a: a.enter("long"), 1: lambda a: a.limit("buy", 99.0)})
    outcome = play(act, [FLAT, FLAT, (100, 100, 90, 95)], allowed=[EXIT_LONG] * 3)
    assert (outcome.held, outcome.trades) == (None, [])


def test_an_entry_waits_for_the_cooldown_to_end() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if account.position:
            account.exit()
        else:
            account.enter("long")

    outcome = play(act, [FLAT] * 9, policy={"cooldown": 3.0})
    assert [trade.entry_bar for trade in outcome.trades] == [1, 6 - 1]
    assert outcome.counts["cooling_down"] == 4


# -- limit orders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "price"),
    [((100, 101, 99, 100), None), ((100, 101, 98.99, 100), 99.0), ((98, 101, 97, 100), 98.0)],
    ids=["touched", "traded through", "opened beyond"],
)
def test_a_buy_fills_where_the_bar_trades_through_it(row: Any, price: float | None) -> None:
    outcome = play(say({0: lambda a: a.limit("buy", 99.0)}), [FLAT, row, FLAT], fee=0.01, maker=0.001)
    assert (outcome.held and outcome.held.entry_price) == price
    if price is not None:
        assert outcome.held.fees == pytest.approx(outcome.held.quantity * price * 0.001)


@pytest.mark.parametrize(
    ("row", "price"),
    [((100, 101, 99, 100), None), ((100, 101.01, 99, 100), 101.0), ((102, 103, 101, 102), 102.0)],
    ids=["touched", "traded through", "opened beyond"],
)
def test_a_sell_takes_off_a_long_position_where_the_bar_trades_through_it(row: Any, price: float | None) -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long")
        if number == 1:
            account.limit("sell", 101.0)

    outcome = play(act, [FLAT, FLAT, row, FLAT], fee=0.01, maker=0.001)
    if price is None:
        assert outcome.held.quantity == 10.0
    else:
        assert (outcome.only.exit_price, outcome.only.quantity, outcome.held) == (price, 10.0, None)
        assert outcome.only.fees == pytest.approx(1000 * 0.01 + 10 * price * 0.001)


def test_an_order_against_the_position_never_turns_it() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long")
        if number == 1:
            account.limit("sell", 101.0, amount(5000))

    outcome = play(act, [FLAT, FLAT, (100, 105, 100, 105), (105, 110, 100, 105)], side="both")
    assert (outcome.only.quantity, outcome.held) == (10.0, None)


def test_an_order_against_the_position_may_take_off_a_part() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long")
        if number == 1:
            account.limit("sell", 102.0, amount(400))
            account.limit("sell", 101.0, amount(400))
            account.limit("sell", 103.0, amount(400))

    outcome = play(act, [FLAT, FLAT, (100, 105, 100, 105), FLAT])
    assert [(trade.exit_price, trade.quantity) for trade in outcome.trades] == [
        (101.0, 4.0),
        (102.0, 4.0),
        (103.0, 2.0),
    ]
    assert outcome.held is None


def test_parts_that_add_up_to_the_position_leave_nothing() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long", amount(80.5))
        if number == 1:
            account.limit("sell", 101.0, amount(10.5))
            account.limit("sell", 102.0, amount(70.5))

    # 0.8 - 0.1 is more than 0.7.
    outcome = play(act, [FLAT, FLAT, (100, 105, 100, 105), FLAT], lot="0.1")
    assert ([trade.quantity for trade in outcome.trades], outcome.held) == ([0.1, pytest.approx(0.7)], None)


def test_a_sell_opens_a_short_only_where_shorts_are_traded() -> None:
    act = say({0: lambda a: a.limit("sell", 101.0)})
    rows = [FLAT, (100, 102, 100, 100), FLAT]
    assert play(act, rows, side="both").held.side == -1.0
    assert play(act, rows, side="long").held is None


def test_a_waiting_sell_takes_off_what_is_bought_later() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.limit("sell", 101.0)
            account.limit("buy", 99.0)

    # The bar that buys goes through the sell too, but what came first it does not tell: the next bar sells.
    outcome = play(act, [FLAT, (100, 102, 98, 100), (100, 101.5, 100, 100), FLAT])
    assert (outcome.only.entry_price, outcome.only.exit_price, outcome.only.exit_bar) == (99.0, 101.0, 2)


@pytest.mark.parametrize(("open_", "side"), [(100.4, 1.0), (100.6, -1.0)])
def test_of_two_orders_the_one_nearer_to_the_open_fills(open_: float, side: float) -> None:
    def both(account: TradingAccount) -> None:
        account.limit("buy", 100.0)
        account.limit("sell", 101.0)

    # What is left is against the position, and waits for the next bar.
    outcome = play(say({0: both}), [FLAT, (open_, 102, 99, 100.5), (100.5, 100.5, 100.5, 100.5)], side="both")
    assert (outcome.held.side, outcome.trades) == (side, [])


def test_orders_are_cut_to_the_cash_that_is_not_reserved() -> None:
    def three(account: TradingAccount) -> None:
        for price in (97.0, 99.0, 98.0):
            account.limit("buy", price, amount(400))

    # The first two keep what they have reserved; the last one has the rest.
    outcome = play(say({0: three}), [FLAT, (100, 100, 96, 97)], cash=1000.0)
    assert outcome.held.quantity == pytest.approx(4 + 4 + (1000 - 388 - 396) / 98)
    assert outcome.counts == {"cut_to_cash": 1}


def test_an_order_expires_after_its_bars() -> None:
    act = say({0: lambda a: a.limit("buy", 99.0, expiry=2)})
    low = (100, 100, 98, 100)
    assert play(act, [FLAT, FLAT, low]).held is not None
    late = play(act, [FLAT, FLAT, FLAT, low])
    assert (late.held, late.counts) == (None, {"expired": 1})


def test_a_cancelled_order_is_gone_and_its_money_free() -> None:
    seen: list[Any] = []

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.limit("buy", 99.0)
            account.limit("buy", 98.0)
        if number == 1:
            account.cancel(account.orders[0])
        seen.append(([order.price for order in account.orders], account.cash))
        if number == 2:
            account.cancel()
            assert account.orders == ()

    outcome = play(act, [FLAT, FLAT, FLAT, (100, 100, 90, 100)], cash=10_000.0)
    assert outcome.held is None
    assert seen == [([99.0, 98.0], 10_000.0), ([98.0], 10_000.0 - 1970.0), ([98.0], 9_020.0), ([], 10_000.0)]


def test_an_order_knows_its_price_and_quantity_once_it_rests() -> None:
    seen: list[Any] = []

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            order = account.limit("buy", 98.004)
            assert (order.id, order.quantity) == (1, 0.0)
        seen.extend((order.side, order.price, order.quantity) for order in account.orders if number == 1)

    play(act, [FLAT, FLAT])
    assert seen == [("buy", 98.0, 10.0)]


def test_an_order_that_turns_into_an_entry_reserves_its_cost() -> None:
    seen: list[float] = []

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long", stop_loss=0.02)
        if number == 1:
            account.limit("sell", 110.0)
        seen.append(account.cash)

    # Against the position it costs nothing; once that is stopped out, a fill would open a short.
    play(act, [FLAT, FLAT, FLAT, (100, 100, 97, 99), FLAT], side="both")
    assert seen == [10_000.0, 9_000.0, 9_000.0, 9_980.0 - 1100.0, 9_980.0 - 1100.0]


def test_the_stop_comes_before_an_order_against_the_position_in_one_bar() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long", stop_loss=0.02)
        if number == 1:
            account.limit("sell", 101.0)

    outcome = play(act, [FLAT, FLAT, (100, 102, 97, 100)])
    assert (outcome.only.reason, outcome.counts) == ("stop_loss", {"ambiguous_exits": 1})
    passed = play(act, [FLAT, FLAT, (101.5, 102, 97, 100)])
    assert (passed.only.exit_price, passed.counts) == (101.5, {})


def test_an_order_nearer_than_the_target_comes_before_it() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.enter("long", take_profit=0.02)
        if number == 1:
            account.limit("sell", 101.0, amount(500))
            account.limit("sell", 103.0, amount(500))

    outcome = play(act, [FLAT, FLAT, (100, 105, 100, 100)])
    assert [(t.exit_price, t.quantity, t.reason) for t in outcome.trades] == [
        (101.0, 5.0, "signal"),
        (102.0, 5.0, "take_profit"),
    ]


def test_an_order_of_no_price_is_none_and_counted() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if number == 0:
            account.limit("buy", float("nan"))
            account.limit("buy", -1.0)
        if number == 1:
            assert account.orders == ()

    assert play(act, [FLAT, FLAT]).counts == {"invalid_levels": 2}


# -- several desks ----------------------------------------------------------------------------------------------------


def test_desks_share_one_wallet() -> None:
    seen: list[float] = []

    def second(number: int, bar: Bar, account: TradingAccount) -> None:
        seen.append(account.cash)

    first = desk_of(say({0: lambda a: a.limit("buy", 90.0, amount(4000))}), [FLAT] * 3)
    other = desk_of(second, [FLAT] * 3, number=1, symbol="Y")
    walked([first, other])
    assert seen[0] == 10_000.0
    assert seen[1] == pytest.approx(6_400.0)


def test_an_exit_of_any_desk_frees_its_slot_for_an_entry_at_the_same_close() -> None:
    enters = say({1: lambda a: a.enter("long")})
    leaves = say({0: lambda a: a.enter("long"), 1: lambda a: a.exit()})
    stays = say({0: lambda a: a.enter("long")})
    limits = Limits(1, 0.0, 0.0)
    freed = walked([desk_of(enters, [FLAT] * 4), desk_of(leaves, [FLAT] * 4, number=1)], limits=limits)
    assert [leg.position.side for leg in freed.legs] == [1.0, 0.0]
    taken = walked([desk_of(enters, [FLAT] * 4), desk_of(stays, [FLAT] * 4, number=1)], limits=limits)
    assert [leg.position.side for leg in taken.legs] == [0.0, 1.0]


def test_resting_orders_take_slots_and_exposure() -> None:
    rests = say({0: lambda a: a.limit("buy", 90.0, amount(4000))})
    enters = say({1: lambda a: a.enter("long", amount(9000))})

    def two() -> list[Any]:
        return [desk_of(rests, [FLAT] * 4), desk_of(enters, [FLAT] * 4, number=1)]

    assert walked(two(), limits=Limits(1, 0.0, 0.0)).legs[1].position.side == 0.0
    assert walked(two(), limits=Limits(0, 1.0, 0.0)).legs[1].position.quantity == pytest.approx(60.0)


# -- money ------------------------------------------------------------------------------------------------------------

PRICES = st.sampled_from([float(price) for price in range(90, 111)])
ACTIONS = st.sampled_from(["long", "short", "exit", "cancel", "buy", "sell", "buy", "sell", "nothing"])


@st.composite
def random_bars(draw: st.DrawFn) -> list[tuple[float, float, float, float]]:
    rows, last = [], 100.0
    for _ in range(draw(st.integers(2, 40))):
        open_, close = draw(st.sampled_from([last, last, draw(PRICES)])), draw(PRICES)
        high, low = draw(PRICES), draw(PRICES)
        rows.append((open_, max(open_, close, high), min(open_, close, low), close))
        last = close
    return rows


@given(
    rows=random_bars(),
    data=st.data(),
    side=st.sampled_from(["long", "short", "both"]),
    leverage=st.sampled_from([1.0, 3.0]),
    stop=st.sampled_from([0.0, 0.03]),
    alone=st.booleans(),
    chunk=st.sampled_from([1, 7, 8192]),
)
def test_money_is_kept_whatever_is_asked_for(
    rows: Any, data: st.DataObject, side: str, leverage: float, stop: float, alone: bool, chunk: int
) -> None:
    cash, fee, journal = 10_000.0, 0.001, new_journal(2000, len(rows) + 1, len(rows))
    carry = make_carry([(START + k * 3 * MINUTE, 0.001, 0.0, 0.0) for k in range(1, 20)])

    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        done, leg = int(journal.used[ROWS]), desk.leg
        held, entries = leg.position, desk.book.entries
        open_profit = held.side * held.quantity * (bar.close - held.entry_price)
        profits = float(journal.trade_numbers[:done, 5].sum())
        assert account.equity == pytest.approx(cash + profits + open_profit - held.fees - held.carry)
        assert account.position == held.side * held.quantity
        reserved = sum(entry.reserved for entry in entries.values())
        assert account.cash == pytest.approx(cash + leg.realised - held.margin - reserved, abs=1e-6)
        if held.side >= 0.0 and leverage == 1.0 and side == "long":
            paid = float(journal.trade_numbers[:done, 4].sum()) + held.carry
            assert account.cash >= min(0.0, -paid) - 1e-6
        assert [*entries] == [*account.orders]
        for order, entry in entries.items():
            against = held.side != 0.0 and entry.side == -held.side
            assert not (against and entry.reserved), "an order that takes off costs nothing"
            assert order.quantity == entry.quantity
        for action in data.draw(st.lists(ACTIONS, max_size=3, unique=True)):
            _ask(account, action, data)

    def _ask(account: TradingAccount, action: str, data: st.DataObject) -> None:
        size = data.draw(st.sampled_from([None, amount(700), 0.3, 0.9]))
        match action:
            case "long" | "short":
                account.enter(action, size)  # type: ignore[arg-type]
            case "buy" | "sell":
                expiry = data.draw(st.sampled_from([0, 0, 2]))
                account.limit(action, data.draw(PRICES), size, expiry=expiry)  # type: ignore[arg-type]
            case "exit":
                account.exit()
            case "cancel":
                account.cancel(data.draw(st.sampled_from([None, *account.orders])))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk_module, "CHUNK", chunk)
        desk = desk_of(
            act, rows, side=side, size=amount(2000), stop=stop, fee=fee, leverage=leverage, columns={"carry": carry},
            policy={"pyramiding": 2}, liquidates=leverage > 1.0, tiers=[(0.0, 0.01, 0.0)],
        )  # fmt: skip
        others = [] if alone else [desk_of(say({}), rows, number=1)]
        found = walked([desk, *others], cash, journal=journal)
    assert found.journal is journal
    held = found.legs[0].position
    assert found.state.wallet.locked == pytest.approx(held.margin, abs=1e-6)
    reserved = sum(entry.reserved for entry in desk.book.entries.values())
    assert found.state.wallet.reserved == pytest.approx(reserved, abs=1e-6)
    assert np.array_equal(journal.bar_equity[-1:], [found.state.equity])


def test_the_journal_grows_with_the_trades() -> None:
    def act(number: int, bar: Bar, account: TradingAccount) -> None:
        if account.position:
            account.exit()
        else:
            account.enter("long")

    assert len(play(act, [FLAT] * 401).trades) == 200


def test_absent_bars_let_an_order_expire_by_time() -> None:
    act = say({0: lambda a: a.limit("buy", 99.0, expiry=2)})
    times = [START, START + HOUR, START + HOUR + MINUTE]
    assert play(act, [FLAT, (100, 100, 98, 100), FLAT], times=times).counts == {"expired": 1}


def test_a_wrong_argument_says_what_and_where() -> None:
    with pytest.raises(StrategyError, match=r"on_bar of Actor: limit was given the side 'long'") as caught:
        play(say({0: lambda a: a.limit("long", 99.0)}), [FLAT] * 2)
    assert 'write "buy"' in caught.value.cure
