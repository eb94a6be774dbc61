"""Market data of perpetuals: what is asked for is what is told, and it has Binance's shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.exchange.perpetual_wire.stall import MS, Stall
from tests.exchange.recordings import documented, nautilus, recorded
from tests.exchange.shapes import differences

LATER = "in the documentation since 2025"


@pytest.fixture
def stall() -> Stall:
    return Stall()


def test_book_is_told_to_the_depth_asked_for(stall: Stall) -> None:
    book = stall.ask("GET", "/v1/depth", symbol="BTCUSDT", limit=5)
    assert book["bids"] == [["29999.00", "5.000"], ["29998.00", "10.000"]]
    assert book["asks"][0] == ["30001.00", "5.000"]
    assert stall.refused("GET", "/v1/depth", symbol="BTCUSDT", limit=7) == (-4021, "'7' is not valid depth limit.")


def test_candles_by_number_and_by_time(stall: Stall) -> None:
    rows = stall.ask("GET", "/v1/klines", symbol="BTCUSDT", interval="1m", limit=2)
    assert len(rows) == 2
    assert rows[0][1:6] == ["30009.00", "30019.00", "29999.00", "30014.00", "1.500"]
    assert rows[0][7] == "45000.12346"
    since = rows[0][0] - 60_000
    first = stall.ask("GET", "/v1/klines", symbol="BTCUSDT", interval="1m", startTime=since, limit=1)
    assert first[0][0] == since


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"symbol": "BTCUSDT", "interval": "1s"}, -1120),
        ({"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ({"symbol": "BTCUSDT"}, -1102),
        ({"symbol": "BTCUSDT", "interval": "1m", "limit": "1501"}, -1130),
        ({"symbol": "BTCUSDT", "interval": "1m", "limit": "0"}, -1130),
        ({"symbol": "BTCUSDT", "interval": "1m", "limit": "x"}, -1100),
        ({"symbol": "NOPE", "interval": "1m"}, -1121),
    ],
)
def test_candles_that_cannot_be_are_refused(stall: Stall, asked: dict[str, str], code: int) -> None:
    assert stall.refused("GET", "/v1/klines", **asked)[0] == code


def test_continuous_and_index_candles_go_by_pairs(stall: Stall) -> None:
    asked = {"pair": "BTCUSDT", "interval": "1m"}
    rows = stall.ask("GET", "/v1/continuousKlines", **asked, contractType="PERPETUAL")
    assert rows == stall.ask("GET", "/v1/klines", symbol="BTCUSDT", interval="1m")
    assert stall.refused("GET", "/v1/continuousKlines", **asked, contractType="WEEKLY")[0] == -4104
    assert stall.refused("GET", "/v1/indexPriceKlines", pair="NOPE", interval="1m")[0] == -4144


def test_tickers_of_one_and_of_all(stall: Stall) -> None:
    one = stall.ask("GET", "/v1/ticker/24hr", symbol="BTCUSDT")
    assert (one["lastPrice"], one["priceChange"], one["priceChangePercent"]) == ("30000.00", "1000.00", "3.448")
    assert stall.ask("GET", "/v1/ticker/24hr") == [one]
    assert stall.ask("GET", "/v1/ticker/price", symbol="BTCUSDT")["price"] == "30000.00"
    assert stall.ask("GET", "/v2/ticker/price") == [{"symbol": "BTCUSDT", "price": "30000.00", "time": MS}]
    best = stall.ask("GET", "/v1/ticker/bookTicker", symbol="BTCUSDT")
    assert (best["bidPrice"], best["askPrice"]) == ("29999.00", "30001.00")
    assert len(stall.ask("GET", "/v1/ticker/bookTicker")) == 2
    # The futures' ticker has no bid and ask: clients tell the markets apart by that.
    assert "bidPrice" not in one


def test_trades_from_an_id_on(stall: Stall) -> None:
    assert len(stall.ask("GET", "/v1/trades", symbol="BTCUSDT", limit=5)) == 5
    assert stall.ask("GET", "/v1/historicalTrades", symbol="BTCUSDT", fromId=28)[0]["id"] == 28
    assert stall.ask("GET", "/v1/aggTrades", symbol="BTCUSDT", fromId=29)[0]["a"] == 29
    assert stall.refused("GET", "/v1/aggTrades", symbol="BTCUSDT", fromId=29, endTime=1)[0] == -1128


def test_fundings_in_a_window(stall: Stall) -> None:
    rows = stall.ask("GET", "/v1/fundingRate", symbol="BTCUSDT")
    assert len(rows) == 6
    assert rows == sorted(rows, key=lambda row: row["fundingTime"])
    some = stall.ask("GET", "/v1/fundingRate", symbol="BTCUSDT", endTime=rows[2]["fundingTime"], limit=2)
    assert some == rows[1:3]
    both = stall.ask("GET", "/v1/fundingRate", limit=4)
    assert [row["symbol"] for row in both] == ["BTCUSDT", "ETHUSDT"] * 2


def test_mark_price_of_one_and_of_all(stall: Stall) -> None:
    one = stall.ask("GET", "/v1/premiumIndex", symbol="BTCUSDT")
    assert one["markPrice"] == "30000.00000000"
    assert stall.ask("GET", "/v1/premiumIndex")[0] == one


def test_open_interest_is_what_accounts_hold(stall: Stall) -> None:
    assert stall.ask("GET", "/v1/openInterest", symbol="BTCUSDT")["openInterest"] == "0.000"
    stall.order("BUY", "0.1")
    stall.order("SELL", "0.05", who="bob")
    assert stall.ask("GET", "/v1/openInterest", symbol="BTCUSDT")["openInterest"] == "0.150"


def test_exchange_info_follows_a_symbol_that_changes(stall: Stall) -> None:
    before = stall.ask("GET", "/v1/exchangeInfo")["symbols"][0]
    assert before["status"] == "TRADING"
    stall.engine.replace_symbol(replace(stall.engine.symbols["BTCUSDT"], status="SETTLING"))
    assert stall.ask("GET", "/v1/exchangeInfo")["symbols"][0]["status"] == "SETTLING"


# Shapes.

RECORDED = [
    ("/v1/time", {}, {}),
    ("/v1/depth", {"symbol": "BTCUSDT"}, {}),
    ("/v1/trades", {"symbol": "BTCUSDT"}, {}),
    ("/v1/aggTrades", {"symbol": "BTCUSDT"}, {}),
    ("/v1/openInterest", {"symbol": "BTCUSDT"}, {}),
    ("/v1/fundingInfo", {}, {}),
    ("/v1/premiumIndex", {"symbol": "BTCUSDT"}, {}),
    ("/v1/premiumIndex", {}, {"[].estimatedSettlePrice": "recorded in 2020, before it was there"}),
    ("/v1/ticker/24hr", {"symbol": "BTCUSDT"}, {}),
    ("/v1/ticker/24hr", {}, {}),
    ("/v1/ticker/price", {"symbol": "BTCUSDT"}, {}),
    ("/v1/ticker/price", {}, {}),
    ("/v1/ticker/bookTicker", {"symbol": "BTCUSDT"}, {"lastUpdateId": LATER}),
    ("/v1/ticker/bookTicker", {}, {"[].lastUpdateId": LATER}),
    ("/v1/fundingRate", {"symbol": "BTCUSDT"}, {"[].markPrice": "recorded before 2023, when it was not there"}),
    ("/v1/klines", {"symbol": "BTCUSDT", "interval": "1d"}, {}),
]


@pytest.mark.parametrize(("path", "asked", "optional"), RECORDED)
def test_shape_as_recorded(stall: Stall, path: str, asked: dict[str, str], optional: dict[str, str]) -> None:
    bodies = recorded("GET", f"/fapi{path}")
    ours = stall.ask("GET", path, **asked)
    same = [body for body in bodies if isinstance(body, list) is isinstance(ours, list)]
    assert same
    # Symbols differ in their digits: values are compared with those of the last, bitcoin's where it is there.
    best = min((differences(ours, body, optional=optional) for body in same), key=len)
    assert not best


def test_shape_of_exchange_info(stall: Stall) -> None:
    (body,) = recorded("GET", "/fapi/v1/exchangeInfo")
    body["symbols"] = [row for row in body["symbols"] if row["symbol"] in ("BTCUSDT", "ETHUSDT")]
    body["assets"] = [row for row in body["assets"] if row["asset"] == "USDT"]
    ours = stall.ask("GET", "/v1/exchangeInfo")
    optional = {
        "symbols[].filters[PRICE_FILTER].minPrice": "limits are our own",
        "symbols[].underlyingSubType[]": "we know nothing of what a coin is for",
    }
    assert not differences(ours, body, optional=optional)
    assert ours["symbols"][0]["filters"][0]["tickSize"] == "0.10"


def test_precisions_are_those_of_the_recording(stall: Stall) -> None:
    (body,) = recorded("GET", "/fapi/v1/exchangeInfo")
    theirs = next(row for row in body["symbols"] if row["symbol"] == "BTCUSDT")
    ours = stall.ask("GET", "/v1/exchangeInfo")["symbols"][0]
    for name in ("pricePrecision", "quantityPrecision", "orderTypes", "timeInForce", "contractType", "liquidationFee"):
        assert ours[name] == theirs[name]


PAIR = {"pair": "BTCUSDT", "interval": "1m"}
MINUTES = {"symbol": "BTCUSDT", "interval": "1m"}
BLANK = {"[][5]": "the documentation has a blank after the digit"}
DOCUMENTED = [
    ("GetAggregatedTradeHistory", "/v1/aggTrades", {"symbol": "BTCUSDT"}, {}),
    ("GetBookPrice", "/v1/ticker/bookTicker", {"symbol": "BTCUSDT"}, {}),
    ("GetContinuousContractKlines", "/v1/continuousKlines", PAIR | {"contractType": "PERPETUAL"}, {}),
    ("GetFundingInfo", "/v1/fundingInfo", {}, {"[].updateTime": "recorded in 2025, not in the documentation"}),
    ("GetFundingRates", "/v1/fundingRate", {"symbol": "BTCUSDT"}, {}),
    ("GetIndexPriceKlines", "/v1/indexPriceKlines", PAIR, BLANK),
    ("GetMarkPriceKlines", "/v1/markPriceKlines", MINUTES, BLANK),
    ("GetPremiumIndexKlines", "/v1/premiumIndexKlines", {"symbol": "BTCUSDT", "interval": "1m"}, {}),
    ("GetKlines", "/v1/klines", {"symbol": "BTCUSDT", "interval": "1m"}, {}),
    ("GetMarkPrice", "/v1/premiumIndex", {"symbol": "BTCUSDT"}, {}),
    ("GetOpenInterest", "/v1/openInterest", {"symbol": "BTCUSDT"}, {}),
    ("GetOrderBook", "/v1/depth", {"symbol": "BTCUSDT"}, {}),
    ("GetPrice", "/v2/ticker/price", {"symbol": "BTCUSDT"}, {}),
    ("GetRecentTrades", "/v1/trades", {"symbol": "BTCUSDT"}, {}),
    ("GetTradeHistory", "/v1/historicalTrades", {"symbol": "BTCUSDT"}, {}),
    ("GetServerTime", "/v1/time", {}, {}),
    ("GetTicker", "/v1/ticker/24hr", {"symbol": "BTCUSDT"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "asked", "optional"), DOCUMENTED)
def test_shape_as_documented(
    stall: Stall, name: str, path: str, asked: dict[str, Any], optional: dict[str, str]
) -> None:
    body = documented(f"Endpoints/UsdFutures/ExchangeData/{name}").answer
    assert not differences(stall.ask("GET", path, **asked), body, optional=optional, decimals=False)


def test_shape_of_exchange_info_in_older_documentation(stall: Stall) -> None:
    body = nautilus("http_responses/http_futures_market_exchange_info.json")
    symbol = stall.ask("GET", "/v1/exchangeInfo")["symbols"][0]
    assert not set(body["symbols"][0]) - set(symbol) - {"settlePlan"}
