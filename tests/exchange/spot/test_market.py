"""Market data and exchange information: windows, counts, choices of symbols, weights."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.spot.stand import NOW, Stand

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.endpoints import ENDPOINTS
from tradefleet.exchange.wire.spot.windows import Window

_MILLISECOND = 1_000_000


def _refused(stand: Stand, path: str, **parameters: object) -> int:
    with pytest.raises(Reject) as caught:
        stand.call("GET", path, **parameters)
    return caught.value.code


def test_times_of_candles_are_in_milliseconds(stand: Stand) -> None:
    candles = stand.call("GET", "klines", symbol="BTCUSDT", interval="1m")
    assert len(candles) == 10
    assert all(closed - opened == 59_999 for opened, *_, closed in (candle[:7] for candle in candles))
    second = candles[1][0]
    chosen = stand.call("GET", "klines", symbol="BTCUSDT", interval="1m", startTime=second, limit=2)
    assert chosen == candles[1:3]
    assert stand.call("GET", "klines", symbol="BTCUSDT", interval="1m", startTime=second * 1_000, limit=2) == chosen
    assert stand.call("GET", "klines", symbol="BTCUSDT", interval="1m", endTime=second) == candles[:2]


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ("klines", {"symbol": "BTCUSDT"}, -1102),
        ("klines", {"interval": "1m"}, -1102),
        ("klines", {"symbol": "NOPE", "interval": "1m"}, -1121),
        ("klines", {"symbol": "btc usdt", "interval": "1m"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "0"}, -1130),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "many"}, -1100),
        ("depth", {"symbol": "NOPE"}, -1121),
        ("aggTrades", {"symbol": "BTCUSDT", "fromId": "1", "startTime": "1"}, -1128),
        ("ticker/24hr", {"symbol": "BTCUSDT", "symbols": '["BTCUSDT"]'}, -1128),
        ("ticker/24hr", {"symbols": '["BTCUSDT","NOPE"]'}, -1121),
        ("ticker/24hr", {"symbols": '["BTCUSDT","BTCUSDT"]'}, -1151),
        ("ticker/24hr", {"symbols": "BTCUSDT"}, -1100),
        ("ticker/24hr", {"symbol": "BTCUSDT", "type": "TINY"}, -1139),
        ("ticker", {}, -1102),
        ("ticker", {"symbol": "BTCUSDT", "windowSize": "60m"}, -1130),
        ("exchangeInfo", {"symbol": "NOPE"}, -1121),
        ("exchangeInfo", {"symbol": "BTCUSDT", "permissions": "SPOT"}, -1128),
        ("exchangeInfo", {"symbolStatus": "OPEN"}, -1122),
    ],
)
def test_what_makes_no_sense_is_refused(stand: Stand, path: str, parameters: dict[str, str], code: int) -> None:
    assert _refused(stand, path, **parameters) == code


def test_the_book_shows_as_many_levels_as_are_asked_for(stand: Stand) -> None:
    book = stand.call("GET", "depth", symbol="BTCUSDT", limit=1)
    assert (book["bids"], book["asks"]) == ([["100.90000000", "5.00000000"]], [["101.10000000", "5.00000000"]])
    assert len(stand.call("GET", "depth", symbol="BTCUSDT", limit=50_000)["bids"]) == 2


def test_tickers_come_one_by_one_some_or_all(stand: Stand) -> None:
    one = stand.call("GET", "ticker/price", symbol="BTCUSDT")
    assert one == {"symbol": "BTCUSDT", "price": "101.00000000"}
    assert stand.call("GET", "ticker/price", symbols='["BTCUSDT"]') == [one]
    assert [each["symbol"] for each in stand.call("GET", "ticker/price")] == ["BTCUSDT", "ETHUSDT"]


def test_a_symbol_without_a_price_has_zeros(stand: Stand) -> None:
    ticker = stand.call("GET", "ticker/24hr", symbol="ETHUSDT")
    assert (ticker["lastPrice"], ticker["bidQty"], ticker["count"], ticker["firstId"]) == (
        "0.00000000",
        "0.00000000",
        0,
        -1,
    )


def test_the_short_ticker_says_less(stand: Stand) -> None:
    long, short = (stand.call("GET", "ticker/24hr", symbol="BTCUSDT", type=form) for form in ("FULL", "MINI"))
    assert short.items() < long.items()
    assert "bidQty" not in short


def test_a_window_adds_up_its_candles(stand: Stand) -> None:
    ticker = stand.call("GET", "ticker", symbol="BTCUSDT", windowSize="5m")
    assert (ticker["highPrice"], ticker["lowPrice"]) == ("102.50000000", "99.00000000")
    # The minute in which the window begins counts whole.
    assert (ticker["volume"], ticker["quoteVolume"], ticker["count"]) == ("18.00000000", "1818.00000000", 42)
    assert ticker["priceChangePercent"] == "1.000"


def test_exchange_info_chooses_symbols(stand: Stand) -> None:
    def names(**parameters: object) -> list[str]:
        return [each["symbol"] for each in stand.call("GET", "exchangeInfo", **parameters)["symbols"]]

    assert names() == ["BTCUSDT", "ETHUSDT"]
    assert names(symbol="ETHUSDT") == ["ETHUSDT"]
    assert names(symbols='["ETHUSDT","BTCUSDT"]') == ["ETHUSDT", "BTCUSDT"]
    assert names(permissions='["SPOT","MARGIN"]') == ["BTCUSDT", "ETHUSDT"]
    assert names(permissions="LEVERAGED") == []
    assert names(symbolStatus="HALT") == []


def test_exchange_info_follows_filters_that_change(stand: Stand) -> None:
    def of(name: str) -> Any:
        return next(each for each in stand.call("GET", "exchangeInfo")["symbols"] if each["symbol"] == name)

    before = of("ETHUSDT")
    changed = replace(stand.engine.symbols["BTCUSDT"], tick=Decimal("0.5"), status="HALT")
    stand.engine.replace_symbol(changed)
    filters = {each["filterType"]: each for each in of("BTCUSDT")["filters"]}
    assert (filters["PRICE_FILTER"]["tickSize"], of("BTCUSDT")["status"]) == ("0.50000000", "HALT")
    assert of("ETHUSDT") == before


def test_permission_sets_may_be_left_out(stand: Stand) -> None:
    shown = stand.call("GET", "exchangeInfo", symbol="BTCUSDT", showPermissionSets="false")
    assert shown["symbols"][0]["permissionSets"] == []


@pytest.mark.parametrize(
    ("path", "parameters", "weight"),
    [
        ("depth", {}, 5),
        ("depth", {"limit": "101"}, 25),
        ("depth", {"limit": "5000"}, 250),
        ("depth", {"limit": "x"}, 5),
        ("ticker/24hr", {"symbol": "A"}, 2),
        ("ticker/24hr", {"symbols": ",".join("A" * 21)}, 40),
        ("ticker/24hr", {}, 80),
        ("ticker/price", {}, 4),
        ("ticker", {"symbols": ",".join("A" * 100)}, 200),
        ("openOrders", {}, 80),
        ("openOrders", {"symbol": "A"}, 6),
        ("myTrades", {}, 20),
    ],
)
def test_weights_depend_on_what_is_asked_for(path: str, parameters: dict[str, str], weight: int) -> None:
    (endpoint,) = [each for each in ENDPOINTS if (each.method, each.path) == ("GET", f"/api/v3/{path}")]
    assert endpoint.cost(Parameters(parameters)) == weight


@given(
    times=st.lists(st.integers(0, 50), max_size=30).map(sorted),
    from_id=st.none() | st.integers(0, 40),
    since=st.none() | st.integers(0, 60),
    until=st.none() | st.integers(0, 60),
    limit=st.integers(1, 10),
)
def test_a_window_is_a_run_of_the_history(
    times: list[int], from_id: int | None, since: int | None, until: int | None, limit: int
) -> None:
    history = list(enumerate(times, start=1))
    found = Window(from_id, since, until, limit).of(history, lambda each: each[0], lambda each: each[1])
    if from_id is not None:
        inside = [each for each in history if each[0] >= from_id]
    else:
        inside = [each for each in history if (since or 0) <= each[1] <= (60 if until is None else until)]
    first = from_id is not None or since is not None
    assert found == (inside[:limit] if first else inside[-limit:])


def test_an_account_reads_its_trades_by_id_order_and_time(stand: Stand) -> None:
    stand.order("BUY", "MARKET", quantity="6")
    stand.time += 60_000 * _MILLISECOND
    stand.order("SELL", "MARKET", quantity="1")

    def ids(**parameters: object) -> list[int]:
        return [each["id"] for each in stand.call("GET", "myTrades", symbol="BTCUSDT", **parameters)]

    everything = ids()
    assert len(everything) == 3
    assert ids(limit=1) == everything[-1:]
    assert ids(fromId=everything[1], limit=1) == everything[1:2]
    assert ids(orderId=1) == everything[:2]
    later = NOW // _MILLISECOND + 1
    assert ids(startTime=later) == everything[2:]
    assert ids(endTime=later) == everything[:2]
    assert _refused(stand, "myTrades", symbol="BTCUSDT", fromId=1, startTime=later) == -1128
    assert _refused(stand, "myTrades", symbol="BTCUSDT", startTime=1, endTime=10**9) == -1127


def test_balances_show_every_asset_unless_zeros_are_left_out(stand: Stand) -> None:
    stand.limit()
    everything = stand.call("GET", "account")["balances"]
    assert [each["asset"] for each in everything] == ["BTC", "ETH", "USDT"]
    assert everything[2] == {"asset": "USDT", "free": "99905.00000000", "locked": "95.00000000"}
    assert [each["asset"] for each in stand.call("GET", "account", omitZeroBalances="true")["balances"]] == [
        "BTC",
        "USDT",
    ]


def test_a_key_withdraws_only_where_it_may(stand: Stand) -> None:
    def withdraw(amount: str) -> Any:
        return stand.call("POST", "/sapi/v1/capital/withdraw/apply", coin="USDT", amount=amount, address="there")

    assert stand.call("GET", "/sapi/v1/account/apiRestrictions")["enableWithdrawals"] is False
    with pytest.raises(Reject, match="-2015"):
        withdraw("10")
    stand.accounts["ann"].permissions.withdrawals = True
    stand.told()
    assert stand.call("GET", "/sapi/v1/account/apiRestrictions")["enableWithdrawals"] is True
    withdraw("10")
    moved, position = stand.told()
    assert (moved["e"], moved["d"]) == ("balanceUpdate", "-10.00000000")
    assert position["B"][0]["f"] == "99990.00000000"
    with pytest.raises(Reject, match="-4026"):
        withdraw("1000000")
