"""When streams speak, and what their numbers are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.streams.market import Place

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.tape import MarketTape
from tradefleet.exchange.wire.streams.market import MarketStreams
from tradefleet.exchange.wire.streams.perpetual import PerpetualStreams
from tradefleet.exchange.wire.streams.spot import SpotStreams
from tradefleet.market.time import SECOND


def streams_of(place: Place, *names: str) -> MarketStreams:
    wanted = set(names).__contains__
    return SpotStreams(wanted) if place.market is Market.SPOT else PerpetualStreams(wanted)


@pytest.fixture(params=list(Market))
def place(request: pytest.FixtureRequest) -> Place:
    return Place(request.param)


def test_nothing_is_made_that_nobody_listens_to(place: Place) -> None:
    streams = streams_of(place)
    events = [place.printed(), place.candle(), place.quote([("100", "1")], [("101", "1")]), place.mark()]
    assert [streams.messages(event, place.exchange) for event in events] == [[], [], [], []]
    assert not streams.waiting


def test_a_market_says_nothing_of_the_other_one(place: Place) -> None:
    other = Place(Market.PERPETUAL if place.market is Market.SPOT else Market.SPOT)
    streams = streams_of(place, "btcusdt@trade", "btcusdt@kline_1m", "btcusdt@depth", "btcusdt@ticker")
    events = [other.printed(), other.candle(), other.quote([("100", "1")], [("101", "1")])]
    assert [streams.messages(event, place.exchange) for event in events] == [[], [], []]


def test_numbers_of_a_trade() -> None:
    spot, perpetual = Place(Market.SPOT), Place(Market.PERPETUAL)
    said = [streams_of(each, "btcusdt@trade").messages(each.printed(), each.exchange) for each in (spot, perpetual)]
    payloads: list[Any] = [messages[0][1] for messages in said]
    assert [(each["p"], each["q"]) for each in payloads] == [("61837.60000000", "0.02000000"), ("61837.6", "0.020")]


def test_numbers_of_a_ticker() -> None:
    place = Place(Market.SPOT)
    place.quote([("61837.5", "3")], [("61838", "2")])
    (message,) = streams_of(place, "btcusdt@ticker").messages(place.printed("60634"), place.exchange)
    ticker: Any = message[1]
    # 60634 against 61000 at the day's start.
    assert (ticker["p"], ticker["P"], ticker["c"]) == ("-366.00000000", "-0.600", "60634.00000000")
    assert (ticker["b"], ticker["B"], ticker["a"]) == ("61837.50000000", "3.00000000", "61838.00000000")


def test_a_ticker_is_told_once_a_second_and_its_last_change_is_not_lost(place: Place) -> None:
    streams = streams_of(place, "btcusdt@ticker")

    def told(price: str, seconds: float, symbol: str = "BTCUSDT") -> list[Any]:
        place.time += int(seconds * SECOND)
        found: list[Any] = [
            payload for _, payload in streams.messages(place.printed(price, symbol=symbol), place.exchange)
        ]
        return [Decimal(payload["c"]) for payload in found]

    assert told("100", 0) == [100]
    assert told("101", 0.1) == []
    assert told("102", 0.1) == []
    # Another symbol's trade, a second later, brings what was left to say.
    assert told("7", 1, "ETHUSDT") == [102]
    assert told("103", 1) == [103]
    assert told("104", 0.1) == []
    assert streams.waiting
    assert [Decimal(payload["c"]) for _, payload in streams.flush(place.exchange)] == [104]  # type: ignore[index]
    assert not streams.waiting
    assert streams.flush(place.exchange) == []


def test_tickers_of_all_symbols_come_together(place: Place) -> None:
    streams = streams_of(place, "!miniTicker@arr", "!ticker@arr")
    for symbol in ("BTCUSDT", "ETHUSDT", "BTCUSDT"):
        assert streams.messages(place.printed(symbol=symbol), place.exchange) == []
    messages = streams.flush(place.exchange)
    listed: list[Any] = [(name, [each["s"] for each in payload]) for name, payload in messages]  # type: ignore[attr-defined]
    assert listed == [("!ticker@arr", ["BTCUSDT", "ETHUSDT"]), ("!miniTicker@arr", ["BTCUSDT", "ETHUSDT"])]


def test_mark_prices_of_all_symbols_come_together() -> None:
    place = Place(Market.PERPETUAL)
    streams = streams_of(place, "!markPrice@arr")
    assert streams.messages(place.mark(), place.exchange) == []
    assert streams.messages(place.mark(symbol="ETHUSDT"), place.exchange) == []
    assert streams.waiting
    place.time += SECOND
    ((name, payload),) = streams.messages(place.mark("61900"), place.exchange)
    marks: Any = payload
    assert (name, [each["s"] for each in marks]) == ("!markPrice@arr", ["BTCUSDT", "ETHUSDT"])
    assert [each["p"] for each in streams.flush(place.exchange)[0][1]] == ["61900.00000000"]  # type: ignore[attr-defined]


def test_best_prices_are_told_only_when_they_change(place: Place) -> None:
    streams = streams_of(place, "btcusdt@bookTicker")

    def told(bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> list[tuple[float, ...]]:
        found: list[Any] = [payload for _, payload in streams.messages(place.quote(bids, asks), place.exchange)]
        return [tuple(float(payload[key]) for key in "bBaA") for payload in found]

    assert told([("100", "1")], [("101", "1")]) == [(100, 1, 101, 1)]
    assert told([("100", "1"), ("99", "5")], [("101", "1"), ("102", "7")]) == []
    assert told([("100", "2"), ("99", "5")], [("101", "1"), ("102", "7")]) == [(100, 2, 101, 1)]
    assert told([("99", "5")], [("101", "1"), ("102", "7")]) == [(99, 5, 101, 1)]
    assert told([("99", "5")], [("102", "7")]) == [(99, 5, 102, 7)]
    assert told([], [("102", "7")]) == [(0, 0, 102, 7)]


Side = dict[Decimal, Decimal]
levels = st.dictionaries(st.integers(1, 30), st.integers(1, 9), max_size=8)


@given(states=st.lists(st.tuples(levels, levels), min_size=1, max_size=8))
def test_depth_messages_rebuild_the_book(states: list[tuple[dict[int, int], dict[int, int]]]) -> None:
    place = Place(Market.PERPETUAL)
    streams = streams_of(place, "btcusdt@depth", "btcusdt@depth20")
    book, rebuilt, last = place.books["BTCUSDT"], ({}, {}), 0
    for below, above in states:
        book.set_house(
            [(Decimal(1000 - price), Decimal(size)) for price, size in below.items()],
            [(Decimal(1000 + price), Decimal(size)) for price, size in above.items()],
        )
        event = place.changed()
        if event is None:
            continue
        diff, top = (payload for _, payload in streams.messages(event, place.exchange))
        _check(diff, top, rebuilt, last)
        last = diff["u"]  # type: ignore[index]


def _check(diff: Any, top: Any, rebuilt: tuple[Side, Side], last: int) -> None:
    """A diff follows the one before it, and with it the rebuilt book is the one displayed."""
    assert diff["pu"] == last
    assert last < diff["U"] <= diff["u"]
    for side, rows in zip(rebuilt, (diff["b"], diff["a"]), strict=True):
        for price, quantity in rows:
            if Decimal(quantity):
                side[Decimal(price)] = Decimal(quantity)
            else:
                del side[Decimal(price)]
    assert sorted(rebuilt[0].items(), reverse=True) == [(Decimal(p), Decimal(q)) for p, q in top["b"]]
    assert sorted(rebuilt[1].items()) == [(Decimal(p), Decimal(q)) for p, q in top["a"]]


def test_the_tape_is_told_which_candles_somebody_listens_to(place: Place) -> None:
    tape = MarketTape(place.market)
    exchange = replace(place.exchange, tapes={place.market: tape})
    other = "_perpetual@continuousKline_1h" if place.market is Market.PERPETUAL else "@kline_1h"
    streams = streams_of(place, "btcusdt@kline_5m", f"btcusdt{other}")
    assert not tape.wanted("BTCUSDT", "5m")
    streams.connect(exchange)
    assert [tape.wanted("BTCUSDT", interval) for interval in ("1m", "5m", "1h")] == [False, True, True]
    assert not tape.wanted("ETHUSDT", "5m")


def test_a_symbol_without_a_price_has_no_ticker(place: Place) -> None:
    streams = streams_of(place, "btcusdt@ticker", "btcusdt@miniTicker", "!ticker@arr")
    event = place.printed()
    place.prices.days.clear()
    assert streams.messages(event, place.exchange) == []
    assert streams.flush(place.exchange) == []
