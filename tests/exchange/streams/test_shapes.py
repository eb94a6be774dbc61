"""Payloads look like those that were recorded, and like those that are documented."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.exchange.shapes import differences
from tests.exchange.streams.market import NOW, Place
from tests.exchange.streams.recorded import in_documentation, in_nautilus, of_2021, spot_of_2024

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.prices import Candle
from tradefleet.exchange.wire.streams.perpetual import PerpetualStreams
from tradefleet.exchange.wire.streams.spot import SpotStreams
from tradefleet.market.time import MINUTE

QUOTES = [("61837.6", "3.5"), ("61837", "1")], [("61837.9", "1.5"), ("61839", "2")]
_ORDER_IDS = {"a": "ids of orders, gone since 2023", "b": "ids of orders, gone since 2023"}
_TYPE = {"st": "the symbol's type, since 2026"}
_TYPE_AND_PAIR = {**_TYPE, "ps": "the pair, since 2026"}
# Of each message of a recorded session.
_TYPES = {f"[*].{name}": reason for name, reason in _TYPE.items()}
_TYPES_AND_PAIRS = {f"[*].{name}": reason for name, reason in _TYPE_AND_PAIR.items()}


def said(place: Place, ending: str, *events: Any) -> list[Any]:
    """What the stream of this name says to events, told at the end too."""
    make = SpotStreams if place.market is Market.SPOT else PerpetualStreams
    streams = make(lambda name: name == ending)
    messages = [message for event in events for message in streams.messages(event, place.exchange)]
    messages += streams.flush(place.exchange)
    assert {name for name, _ in messages} == {ending}
    return [payload for _, payload in messages]


@pytest.fixture
def spot() -> Place:
    return Place(Market.SPOT)


@pytest.fixture
def perpetual() -> Place:
    return Place(Market.PERPETUAL)


def test_spot_trades(spot: Place) -> None:
    ours = said(spot, "btcusdt@trade", spot.printed())
    assert differences(ours, spot_of_2024()["trade"]) == []
    assert differences(ours[0], in_documentation("Spot/ExchangeData/Trades"), optional=_ORDER_IDS, decimals=False) == []


def test_spot_aggregate_trades(spot: Place) -> None:
    ours = said(spot, "btcusdt@aggTrade", spot.printed())
    assert differences(ours, of_2021("BINANCE.ws.1.0")["aggTrade"]) == []
    documented = in_documentation("Spot/ExchangeData/AggregatedTrades")
    assert differences(ours[0], documented, decimals=False) == []


def test_spot_candles(spot: Place) -> None:
    ours = said(spot, "btcusdt@kline_1m", spot.candle(), spot.candle(closed=True))
    assert differences(ours, of_2021("BINANCE.ws.1.0")["kline_1m"]) == []
    assert differences(ours[0], in_documentation("Spot/ExchangeData/Klines"), decimals=False) == []


@pytest.mark.parametrize("speed", ["", "@100ms"])
def test_spot_depth(spot: Place, speed: str) -> None:
    ours = said(spot, f"btcusdt@depth{speed}", spot.quote(*QUOTES))
    assert differences(ours, spot_of_2024()["depth@100ms"]) == []


@pytest.mark.parametrize("count", [5, 10, 20])
def test_spot_partial_depth(spot: Place, count: int) -> None:
    ours = said(spot, f"btcusdt@depth{count}@100ms", spot.quote(*QUOTES))
    assert differences(ours[0], in_documentation("Spot/ExchangeData/PartialBook"), decimals=False) == []


def test_spot_best_prices(spot: Place) -> None:
    ours = said(spot, "btcusdt@bookTicker", spot.quote(*QUOTES))
    assert differences(ours, spot_of_2024()["bookTicker"]) == []


def test_spot_tickers(spot: Place) -> None:
    spot.quote(*QUOTES)
    ours = said(spot, "btcusdt@ticker", spot.printed())
    assert differences(ours[0], in_documentation("Spot/ExchangeData/Ticker"), decimals=False) == []
    small = said(spot, "btcusdt@miniTicker", spot.printed())
    assert differences(small[0], in_documentation("Spot/ExchangeData/MiniTicker"), decimals=False) == []
    assert said(spot, "!ticker@arr", spot.printed())[0] == ours
    assert said(spot, "!miniTicker@arr", spot.printed())[0] == small


def test_spot_average_price(spot: Place) -> None:
    five = [(d, v) for d, v in enumerate(("1", "2", "3", "4", "0"))]
    spot.prices.minutes = [_minute(number, volume) for number, volume in five]
    ours = said(spot, "btcusdt@avgPrice", spot.printed())
    # The stream is younger than the recordings; this is its documentation.
    documented = {
        "e": "avgPrice",
        "E": 1693907033000,
        "s": "BTCUSDT",
        "i": "5m",
        "w": "25776.86000000",
        "T": 1693907032213,
    }
    assert differences(ours[0], documented) == []
    # (0 x 1 + 1 x 2 + 2 x 3 + 3 x 4) x 100 / 10, as quote volumes go by the number of the minute.
    assert ours[0]["w"] == "200.00000000"


def _minute(number: int, volume: str) -> Candle:
    amount = Decimal(volume)
    price = Decimal(number) * 100
    return Candle(NOW, NOW + MINUTE - 1, price, price, price, price, amount, amount * price, 1, amount, amount)


def test_perpetual_trades(perpetual: Place) -> None:
    ours = said(perpetual, "btcusdt@trade", perpetual.printed())
    optional = {"X": "not documented, and sent"}
    assert differences(ours[0], in_nautilus("trade_stream.json"), optional=optional, decimals=False) == []


def test_perpetual_aggregate_trades(perpetual: Place) -> None:
    ours = said(perpetual, "btcusdt@aggTrade", perpetual.printed())
    recorded = of_2021("BINANCE_FUTURES.ws.1.0")["aggTrade"]
    assert differences(ours, recorded, optional=_TYPES, decimals=False) == []
    assert differences(ours[0], in_nautilus("agg_trade_stream.json"), decimals=False) == []


def test_perpetual_candles(perpetual: Place) -> None:
    ours = said(perpetual, "btcusdt@kline_1m", perpetual.candle(), perpetual.candle(closed=True))
    assert differences(ours, of_2021("BINANCE_FUTURES.ws.1.0")["kline_1m"], decimals=False) == []
    continuous = said(perpetual, "btcusdt_perpetual@continuousKline_1m", perpetual.candle())
    assert differences(continuous[0], in_documentation("UsdFutures/ContKlines"), decimals=False) == []


@pytest.mark.parametrize("speed", ["", "@100ms", "@250ms", "@500ms"])
def test_perpetual_depth(perpetual: Place, speed: str) -> None:
    ours = said(perpetual, f"btcusdt@depth{speed}", perpetual.quote(*QUOTES))
    recorded = of_2021("BINANCE_FUTURES.ws.1.0")["depth@100ms"]
    assert differences(ours, recorded, optional=_TYPES_AND_PAIRS, decimals=False) == []
    assert differences(ours[0], in_nautilus("depth_update_stream.json"), decimals=False) == []


def test_perpetual_partial_depth(perpetual: Place) -> None:
    ours = said(perpetual, "btcusdt@depth5@500ms", perpetual.quote(*QUOTES))
    documented = in_documentation("UsdFutures/PartialBook")
    assert differences(ours[0], documented, optional=_TYPE_AND_PAIR, decimals=False) == []


@pytest.mark.parametrize("name", ["btcusdt@bookTicker", "!bookTicker"])
def test_perpetual_best_prices(perpetual: Place, name: str) -> None:
    ours = said(perpetual, name, perpetual.quote(*QUOTES))
    recorded = of_2021("BINANCE_FUTURES.ws.1.0")["bookTicker"]
    assert differences(ours, recorded, optional=_TYPES_AND_PAIRS, decimals=False) == []
    assert differences(ours[0], in_nautilus("book_ticker_stream.json"), decimals=False) == []


def test_perpetual_tickers(perpetual: Place) -> None:
    ours = said(perpetual, "btcusdt@ticker", perpetual.printed())
    assert differences(ours[0], in_nautilus("ticker_stream.json"), decimals=False) == []
    small = said(perpetual, "btcusdt@miniTicker", perpetual.printed())
    assert differences(small[0], in_documentation("UsdFutures/MiniTicker"), decimals=False) == []
    assert said(perpetual, "!miniTicker@arr", perpetual.printed())[0] == small


@pytest.mark.parametrize("name", ["btcusdt@markPrice", "btcusdt@markPrice@1s"])
def test_mark_prices(perpetual: Place, name: str) -> None:
    ours = said(perpetual, name, perpetual.mark())
    assert differences(ours[0], in_nautilus("mark_price_stream.json")) == []
    assert differences(ours[0], in_documentation("UsdFutures/MarkPrice"), optional=_TYPE) == []
    assert said(perpetual, "!markPrice@arr@1s", perpetual.mark()) == [ours]


@pytest.mark.parametrize("name", ["btcusdt@forceOrder", "!forceOrder@arr"])
def test_liquidations(perpetual: Place, name: str) -> None:
    ours = said(perpetual, name, perpetual.liquidated())
    assert differences(ours[0], in_documentation("UsdFutures/Liquidations"), decimals=False) == []
