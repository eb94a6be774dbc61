"""What the book shows: house and clients in one, never crossed, and changes that rebuild it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.book import UNLIMITED, Book
from tradefleet.exchange.engine.events import BookChanged
from tradefleet.exchange.engine.orders import Order, Side
from tradefleet.exchange.engine.symbols import make_symbol

from .desk import BTC, Desk, d, limit

SYMBOL = make_symbol("BTC", tick=d("0.01"), lot=d("0.001"))


def test_one_price_on_both_sides_shows_the_bid_a_tick_lower() -> None:
    book = Book(SYMBOL)
    book.set_house([(d(100), UNLIMITED)], [(d(100), UNLIMITED)])
    assert book.bids(5) == [(d("99.99"), SYMBOL.max_quantity)] and book.asks(5) == [(d(100), SYMBOL.max_quantity)]
    assert (book.best_bid(), book.best_ask()) == (book.bids(1)[0], book.asks(1)[0])


def test_depth_is_cut(desk: Desk) -> None:
    assert len(desk.engine.book(BTC).bids(2)) == 2 and len(desk.engine.book(BTC).asks(100)) == 3


def test_changes_have_consecutive_ids_and_say_only_what_changed(desk: Desk) -> None:
    before = desk.engine.book(BTC).last_update_id
    desk.limit("ann", Side.BUY, "1", "99")
    desk.quote({"99": "2", "98": "2", "97": "2"}, {"101": "2", "102": "2", "103": "2"})
    order = desk.limit("ann", Side.BUY, "1", "96")
    desk.engine.cancel("ann", BTC, order_id=order.id)
    said = desk.said(BookChanged)
    assert [event.bids for event in said] == [((d(99), d(3)),), ((d(96), d(1)),), ((d(96), d(0)),)]
    assert [(event.first_id, event.last_id) for event in said] == [(before + n, before + n) for n in (1, 2, 3)]


_PRICES = st.integers(9_990, 10_010).map(lambda ticks: Decimal(ticks) / 100)
_QUANTITIES = st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5"), UNLIMITED])
_LEVELS = st.dictionaries(_PRICES, _QUANTITIES, max_size=5)
_STEPS = st.one_of(
    st.tuples(st.just("set"), _LEVELS, _LEVELS),
    st.tuples(st.just("update"), _LEVELS, _LEVELS),
    st.tuples(st.just("add"), st.sampled_from(Side), _PRICES),
    st.tuples(st.just("remove"), st.integers(0, 20), st.none()),
)


@given(st.lists(_STEPS, max_size=30))
def test_changes_rebuild_the_display_which_is_never_crossed(steps: list[tuple[str, object, object]]) -> None:
    book, orders, last = Book(SYMBOL), list[Order](), 0
    shown: dict[str, dict[Decimal, Decimal]] = {"bids": {}, "asks": {}}
    for step, one, other in steps:
        if step in ("set", "update"):
            call = book.set_house if step == "set" else book.update_house
            call(one.items(), other.items())  # type: ignore[attr-defined]
        elif step == "add":
            orders.append(Order(len(orders), "", "ann", limit(one, "1", str(other)), d(1), 0, 0))  # type: ignore[arg-type]
            book.add(orders[-1])
        elif orders:
            book.remove(orders.pop(one % len(orders)))  # type: ignore[operator]
            orders.sort(key=lambda order: order.id)
        change = book.take_changes()
        if change is not None:
            assert change.first_id == last + 1 and change.last_id == book.last_update_id
            last = change.last_id
            for side, levels in (("bids", change.bids), ("asks", change.asks)):
                shown[side].update(levels)
        assert sorted(((p, q) for p, q in shown["bids"].items() if q), reverse=True) == book.bids(100)
        assert sorted((p, q) for p, q in shown["asks"].items() if q) == book.asks(100)
        if book.bids(1) and book.asks(1):
            assert book.bids(1)[0][0] < book.asks(1)[0][0]
