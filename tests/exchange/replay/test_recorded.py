"""Recorded messages: read, checked, played."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.real_data import shared

from tradefleet.exchange.engine.events import BookChanged, Printed
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.recorded import RecordedMarket
from tradefleet.exchange.replay.recorded_book import RecordedBook
from tradefleet.exchange.replay.recording import Depth, Snapshot, Top
from tradefleet.exchange.replay.scale import Scale
from tradefleet.market.errors import DataError
from tradefleet.market.time import SECOND

from .stand import Stand, d

T = 1_700_000_000_000
SCALE = Scale(d("0.1"), d("0.01"))


def line(at: int, data: dict[str, Any]) -> str:
    return f"{(T + at) * 1_000_000} {json.dumps({'stream': 'x', 'data': data})}"


def diff(at: int, first: int, last: int, bids: Any = (), asks: Any = ()) -> str:
    return line(
        at, {"e": "depthUpdate", "E": T + at, "s": "BTCUSDT", "U": first, "u": last, "b": list(bids), "a": list(asks)}
    )


def trade(at: int, number: int, price: str, quantity: str, maker: bool) -> str:
    return line(
        at,
        {"e": "trade", "E": T + at, "T": T + at, "s": "BTCUSDT", "t": number, "p": price, "q": quantity, "m": maker},
    )


def played(lines: Iterable[str], steps: int = 10**9) -> tuple[RecordedMarket, Stand]:
    kept = list(lines)
    market = RecordedMarket({"here": lambda: kept})
    return market, Stand(market, by_bars=False).fund(USDT=10**6).run(steps)


def levels(book: RecordedBook) -> tuple[dict[str, str], dict[str, str]]:
    bids, asks = book.levels()
    return {str(p): str(q) for p, q in bids.items()}, {str(p): str(q) for p, q in asks.items()}


def depth(first: int, last: int, bids: dict[str, str], before: int | None = None) -> Depth:
    return Depth(0, "X", first, last, [(d(p), d(q)) for p, q in bids.items()], [], before)


def test_a_late_snapshot_takes_the_newer_differences() -> None:
    book = RecordedBook(SCALE)
    book.depth(depth(1, 5, {"9": "1"}))
    book.depth(depth(6, 9, {"8": "2"}))
    bids, _ = book.snapshot(Snapshot(5, [(d(9), d(3)), (d(7), d(4))], [(d(10), d(1))]))
    assert levels(book) == ({"9.0": "3.00", "7.0": "4.00", "8.0": "2.00"}, {"10.0": "1.00"})
    assert bids == {d(9): 3, d(7): 4}
    assert book.depth(depth(4, 9, {"9": "0"})) == ({}, {})
    book.depth(depth(10, 10, {"9": "0"}))
    assert book.gaps == 0 and d(9) not in book.levels()[0]


@pytest.mark.parametrize("perpetual", [False, True])
def test_a_gap_is_counted_and_what_was_known_is_dropped(perpetual: bool) -> None:
    book = RecordedBook(SCALE)
    book.depth(depth(1, 5, {"9": "1"}, 0 if perpetual else None))
    bids, _ = book.depth(depth(8, 9, {"8": "2"}, 7 if perpetual else None))
    assert book.gaps == 1 and bids == {d(9): 0, d(8): 2}
    assert levels(book)[0] == {"8.0": "2.00"}


def test_nothing_is_better_than_the_best_prices_told() -> None:
    book = RecordedBook(SCALE)
    book.depth(depth(1, 5, {"9": "1", "8": "1"}))
    assert book.top(Top(5, "X", d(8), d(2), d(10), d(1))) == ({}, {})
    bids, asks = book.top(Top(6, "X", d(8), d(2), d(10), d(1)))
    assert bids == {d(9): 0, d(8): 2} and asks == {d(10): 1}
    assert book.best() == (8, 10)


def test_the_book_and_the_tape_are_those_recorded() -> None:
    market, stand = played(
        [
            diff(0, 1, 2, [("9.9", "1.50")], [("10.1", "2.00")]),
            trade(100, 71, "10.1", "0.50", False),
            trade(100, 72, "9.9", "0.25", True),
            diff(200, 3, 3, [("9.9", "1.25")], [("10.1", "1.50")]),
            trade(1200, 80, "10.1", "1.00", False),
        ]
    )
    book = stand.spot.book("BTCUSDT")
    assert (book.bids(5), book.asks(5)) == ([(d("9.9"), d("1.25"))], [(d("10.1"), d("1.50"))])
    prints = [(e.trade_id, e.price, e.quantity, e.buyer_is_maker, e.time // 10**6 - T) for e in stand.of(Printed)]
    assert prints == [
        (71, d("10.1"), d("0.50"), False, 100), (72, d("9.9"), d("0.25"), True, 100),
        (80, d("10.1"), d("1.00"), False, 1200),
    ]  # fmt: skip
    assert stand.of(BookChanged)[0].time == T * 10**6
    candles = stand.exchange.tapes[Market.SPOT].candles("BTCUSDT", "1s")
    assert [(c.open, c.close, c.volume, c.quote_volume, c.trades, c.taker_volume) for c in candles] == [
        (d("10.1"), d("9.9"), d("0.75"), d("7.525"), 2, d("0.50")), (d("10.1"), d("10.1"), 1, d("10.1"), 1, 1),
    ]  # fmt: skip
    assert market.symbols[0].tick == d("0.1") and market.symbols[0].lot == d("0.01")


def test_a_client_fills_after_what_was_ahead_of_it() -> None:
    lines = [
        diff(0, 1, 2, [("9.9", "1.00")], [("10.1", "2.00")]),
        trade(100, 1, "9.9", "0.60", True),
        trade(200, 2, "9.9", "0.60", True),
        trade(300, 3, "9.9", "5.00", True),
    ]
    market, stand = played(lines, steps=1)
    order = stand.order("BTCUSDT", Side.BUY, "1.00", "9.9")
    filled = []
    while market.next_time() is not None:
        stand.run(1)
        filled.append(order.filled)
    assert filled == [0, d("0.20"), 1]


def test_lines_that_cannot_be_read_are_told_by_number() -> None:
    good = trade(0, 1, "9.9", "1.00", True)
    lines = [
        good, "nonsense", good[:-9], trade(1, 2, "NaN", "1", True), trade(1, 2, "0", "1", True), "",
        line(2, {"e": "trade", "E": T, "s": "BTCUSDT", "t": "no", "p": "1", "q": "1", "T": T, "m": True}),
        line(3, {"e": "kline", "E": T, "s": "BTCUSDT"}), line(4, {"e": ["trade"]}), "1 {\"data\": []}",
    ]  # fmt: skip
    market, stand = played(lines)
    found = market.findings
    assert (found.lines, found.used, found.others, found.unreadable) == (10, 1, 3, 6)
    assert [number for _, number, _ in found.listed] == [2, 3, 4, 5, 7, 10]
    assert len(stand.of(Printed)) == 1


def test_recordings_without_a_message_of_use_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="of use"):
        RecordedMarket({"here": lambda: ["hello"]})
    file = tmp_path / "cut.gz"
    file.write_bytes(gzip.compress(trade(0, 1, "1", "1", True).encode() * 100)[:-40])
    with pytest.raises(DataError, match=r"cut\.gz"):
        RecordedMarket.of_files(file)
    with pytest.raises(DataError, match="absent"):
        RecordedMarket.of_files(tmp_path / "absent.gz")


@pytest.mark.slow
def test_a_whole_recorded_file_is_played() -> None:
    path = shared("hftbacktest-binance-ws/spot-btcusdt_20240808.gz")
    market = RecordedMarket.of_files(path)
    assert (market.findings.lines, market.findings.unreadable) == (41249, 0)
    stand = Stand(market, by_bars=False).run()
    with gzip.open(path, "rt") as file:
        raw = [json.loads(text.split(" ", 1)[1]).get("data", {}) for text in file]
    trades = [data for data in raw if data.get("e") == "trade"]
    prints = stand.of(Printed)
    assert [event.trade_id for event in prints] == [data["t"] for data in trades]
    assert sum(event.quantity for event in prints) == sum(Decimal(data["q"]) for data in trades)
    assert market.gaps == 0
    book = stand.spot.book("BTCUSDT")
    top = next(data for data in reversed(raw) if "B" in data)
    assert (book.bids(1)[0], book.asks(1)[0]) == (
        (Decimal(top["b"]), Decimal(top["B"])), (Decimal(top["a"]), Decimal(top["A"])),
    )  # fmt: skip
    assert len(book.bids(5000)) > 1000 and book.bids(1)[0][0] < book.asks(1)[0][0]
    candles = stand.exchange.tapes[Market.SPOT].candles("BTCUSDT", "1m")
    assert sum(candle.trades for candle in candles) == len(trades)
    assert sum(candle.quote_volume for candle in candles) == sum(Decimal(t["p"]) * Decimal(t["q"]) for t in trades)


@pytest.mark.parametrize(("name", "market"), [("BINANCE", Market.SPOT), ("BINANCE_FUTURES", Market.PERPETUAL)])
def test_recorded_streams_of_several_symbols_are_played(name: str, market: Market) -> None:
    files = [shared(f"payloads/cryptofeed/{name}.{part}.xz") for part in ("ws.1.0", "http.0.0")]
    played = RecordedMarket.of_files(*files)
    assert played.findings.unreadable == 0 and {symbol.market for symbol in played.symbols} == {market}
    stand = Stand(played, by_bars=False).run()
    assert played.gaps == 0
    for symbol in played.symbols:
        book = stand.exchange.engines[market].book(symbol.name)
        assert len(book.bids(1000)) > 100 and book.bids(1)[0][0] < book.asks(1)[0][0]
    assert stand.clock.now() - played.start_time > SECOND
