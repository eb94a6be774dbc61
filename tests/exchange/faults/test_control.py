"""The control interface over HTTP, beside what clients are told."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from tests.exchange.faults.venue import ORDER, PERPETUAL_ORDER, Venue, venue

from tradefleet.exchange.engine.symbols import Market
from tradefleet.market.time import MINUTE, parse_time

pytestmark = pytest.mark.asyncio


async def truth(place: Venue, who: str = "ann", market: str = "spot") -> Any:
    status, told = await place.control("GET", "/ledger", account=who)
    assert status == 200
    return told["markets"][market]["accounts"][who]


async def test_what_there_is_is_told() -> None:
    async with venue() as place:
        status, told = await place.control("GET", "")
        assert status == 200
        assert {"POST /control/step", "GET /control/ledger", "POST /control/burst"} <= {
            f"{each['method']} {each['path']}" for each in told["paths"]
        }


async def test_the_truth_is_what_a_client_is_told() -> None:
    async with venue() as place:
        await place.buy(quantity="0.03")
        await place.bid(quantity="0.02")
        await place.ask("POST", ORDER, "ann", symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.01")
        await place.driver.step(3)
        told = await truth(place)
        _, account = await place.ask("GET", "/api/v3/account", "ann", omitZeroBalances="true")
        balances = {each["asset"]: (Decimal(each["free"]), Decimal(each["locked"])) for each in account["balances"]}
        assert balances == {
            asset: (Decimal(each["free"]), Decimal(each["locked"])) for asset, each in told["balances"].items()
        }
        _, orders = await place.ask("GET", "/api/v3/allOrders", "ann", symbol="BTCUSDT")
        assert [(each["orderId"], each["status"], Decimal(each["executedQty"])) for each in orders] == [
            (each["id"], each["status"], Decimal(each["filled"])) for each in told["orders"]
        ]
        _, trades = await place.ask("GET", "/api/v3/myTrades", "ann", symbol="BTCUSDT")
        assert [
            (each["id"], each["orderId"], Decimal(each["price"]), Decimal(each["qty"]), Decimal(each["commission"]))
            for each in trades
        ] == [
            (each["trade"], each["order"], Decimal(each["price"]), Decimal(each["quantity"]), Decimal(each["fee"]))
            for each in told["fills"]
        ]
        assert len(trades) == 2


async def test_postings_add_up_to_the_balances() -> None:
    async with venue() as place:
        await place.buy()
        _, told = await place.control("GET", "/ledger", account="ann")
        sums: dict[str, Decimal] = {}
        for posting in told["markets"]["spot"]["postings"]:
            for entry in posting["entries"]:
                if entry["account"] == "ann":
                    sums[entry["asset"]] = sums.get(entry["asset"], Decimal(0)) + Decimal(entry["amount"])
        balances = told["markets"]["spot"]["accounts"]["ann"]["balances"]
        assert sums == {asset: Decimal(each["free"]) + Decimal(each["locked"]) for asset, each in balances.items()}
        last = told["markets"]["spot"]["postings_so_far"]
        _, later = await place.control("GET", "/ledger", account="ann", since=str(last))
        assert later["markets"]["spot"]["postings"] == []


async def test_the_truth_of_the_perpetual_market_has_positions_and_conditional_orders() -> None:
    async with venue() as place:
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        assert (await place.ask("POST", PERPETUAL_ORDER, "ann", **order))[0] == 200
        stop = {
            "algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.01",
            "triggerPrice": place.price("0.9", Market.PERPETUAL), "reduceOnly": "true",
        }  # fmt: skip
        status, placed = await place.ask("POST", "/fapi/v1/algoOrder", "ann", **stop)
        assert status == 200, placed
        told = await truth(place, market="perpetual")
        assert [(each["symbol"], Decimal(each["amount"])) for each in told["positions"]] == [
            ("BTCUSDT", Decimal("0.01"))
        ]
        (conditional,) = told["conditional_orders"]
        assert (conditional["id"], conditional["status"]) == (placed["algoId"], "NEW")
        assert Decimal(conditional["trigger_price"]) == Decimal(stop["triggerPrice"])


async def test_all_accounts_are_told_without_a_name_and_violations_are_counted() -> None:
    async with venue() as place:
        _, told = await place.control("GET", "/ledger")
        assert set(told["markets"]["spot"]["accounts"]) == {"ann", "bob"}
        assert told["violations"]["weight"] == 0
        assert told["trace"]["digest"] == place.exchange.trace.digest()


async def test_steps_are_played_before_the_answer_comes() -> None:
    async with venue() as place:
        before = place.exchange.clock()
        status, told = await place.control("POST", "/step", {"steps": 3})
        assert status == 200
        assert parse_time(told["time"]) == place.exchange.clock() == before + 3 * MINUTE


async def test_the_clock_is_told_and_set() -> None:
    async with venue() as place:
        _, told = await place.control("GET", "/clock")
        assert (told["speed"], told["paused"]) == ("step", False)
        assert parse_time(told["time"]) == place.exchange.clock()
        target = place.exchange.clock() + 10 * MINUTE
        body = {"speed": "max", "until": target // 1_000_000_000 * 1_000_000_000}
        status, problem = await place.control("POST", "/clock", body)
        assert status == 400, problem
        _, told = await place.control("POST", "/clock", {"speed": "max", "until": "2024-01-01T00:20:00Z"})
        assert parse_time(told["time"]) >= parse_time("2024-01-01T00:20:00Z")
        _, told = await place.control("POST", "/clock", {"paused": True})
        assert told["paused"]


async def test_faults_are_added_listed_and_ended_live() -> None:
    async with venue() as place:
        rule = {"what": "key_revoked", "name": "out", "where": "POST /api/v3/order", "when": {"first": 2}}
        assert await place.control("POST", "/faults", rule) == (200, {"names": ["out"]})
        assert (await place.buy())[0] == 401
        _, told = await place.control("GET", "/faults")
        assert [(each["name"], each["seen"], each["struck"]) for each in told["rules"]] == [("out", 1, 1)]
        assert told["rules"][0]["rule"]["where"] == "POST /api/v3/order"
        assert "latency" in {each["what"] for each in told["there_are"]}
        assert await place.control("DELETE", "/faults", name="out") == (200, {"rules": []})
        assert (await place.buy())[0] == 200


async def test_of_a_list_of_faults_all_or_none_come_into_force() -> None:
    async with venue() as place:
        good, taken = {"what": "html", "name": "one"}, {"what": "empty", "name": "one"}
        status, told = await place.control("POST", "/faults", [good, taken])
        assert (status, told["error"]["kind"]) == (400, "parameter")
        assert place.faults.listed() == []


async def test_filters_change_while_clients_run() -> None:
    async with venue() as place:
        assert (await place.buy(quantity="0.01"))[0] == 200
        body = {"symbol": "BTCUSDT", "min_quantity": "0.1", "market_min_quantity": "0.1"}
        status, told = await place.control("POST", "/symbols", body)
        assert (status, told["min_quantity"]) == (200, "0.1")
        status, refused = await place.buy(quantity="0.01")
        assert (status, refused["code"], refused["msg"]) == (400, -1013, "Filter failure: LOT_SIZE")
        _, info = await place.ask("GET", "/api/v3/exchangeInfo", symbol="BTCUSDT")
        filters = {each["filterType"]: each for each in info["symbols"][0]["filters"]}
        assert Decimal(filters["LOT_SIZE"]["minQty"]) == Decimal("0.1")
        await place.control("POST", "/symbols", {"symbol": "BTCUSDT", "status": "HALT"})
        assert (await place.buy(quantity="1"))[1]["msg"] == "Market is closed."


async def test_accounts_are_shown_and_changed() -> None:
    async with venue() as place:
        _, told = await place.control("GET", "/accounts")
        assert [(each["name"], each["key"]) for each in told["accounts"]] == [
            (each.name, each.api_key) for each in place.exchange.accounts
        ]
        _, changed = await place.control("POST", "/accounts/ann", {"permissions": {"withdrawals": True}})
        assert changed["permissions"]["withdrawals"]
        _, may = await place.ask("GET", "/sapi/v1/account/apiRestrictions", "ann")
        assert may["enableWithdrawals"] is True
        await place.control("POST", "/accounts/ann", {"revoked": True})
        assert (await place.buy())[1]["code"] == -2015
        await place.control("POST", "/accounts/ann", {"revoked": False})
        assert (await place.buy())[0] == 200


async def test_money_comes_and_goes() -> None:
    async with venue() as place:
        stream = await place.follow()
        body = {"deposit": [{"asset": "ETH", "amount": "1.5"}]}
        assert (await place.control("POST", "/accounts/ann", body))[0] == 200
        event: Any = (await stream.receive_json(timeout=5))["event"]
        assert (event["a"], event["d"]) == ("ETH", "1.50000000") if event["e"] == "balanceUpdate" else event["B"]
        assert (await truth(place))["balances"]["ETH"] == {"free": "1.5", "locked": "0"}
        await place.control("POST", "/accounts/ann", {"withdraw": [{"asset": "ETH", "amount": 0.5}]})
        assert Decimal((await truth(place))["balances"]["ETH"]["free"]) == 1
        status, told = await place.control("POST", "/accounts/ann", {"withdraw": [{"asset": "ETH", "amount": "9"}]})
        assert (status, told["error"]["kind"]) == (400, "parameter")
        await stream.close()


@pytest.mark.parametrize(
    ("body", "code"), [({"do": "close", "code": 1008}, 1008), ({"do": "shutdown"}, 1001), ({"do": "close"}, 1006)]
)
async def test_connections_are_closed_now(body: dict[str, Any], code: int) -> None:
    async with venue() as place:
        stream = await place.watch("btcusdt@trade")
        assert await place.control("POST", "/streams", body) == (200, {"connections": 1})
        while not stream.closed:
            await stream.receive(timeout=5)
        assert stream.close_code == code


async def test_only_the_connections_that_are_meant() -> None:
    async with venue() as place:
        ann, bob, market = await place.follow("ann"), await place.follow("bob"), await place.watch("btcusdt@trade")
        body = {"do": "malformed", "kind": "user", "account": "bob", "variant": "unknown_event"}
        assert (await place.control("POST", "/streams", body))[1] == {"connections": 1}
        assert (await bob.receive_json(timeout=5))["e"] == "somethingNew"
        assert (await place.control("POST", "/streams", {"do": "freeze", "kind": "market"}))[1] == {"connections": 1}
        assert (await place.control("POST", "/streams", {"do": "terminate", "account": "ann"}))[1] == {"streams": 1}
        assert (await ann.receive_json(timeout=5))["event"]["e"] == "eventStreamTerminated"
        await place.driver.step()
        with pytest.raises(TimeoutError):
            await market.receive(timeout=0.2)
        for stream in (ann, bob):
            await stream.close()


@pytest.mark.parametrize("market", list(Market))
async def test_a_price_is_moved_and_orders_on_the_way_fill(market: Market) -> None:
    async with venue() as place:
        path = ORDER if market is Market.SPOT else PERPETUAL_ORDER
        given = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        status, order = await place.ask("POST", path, "ann", **given, price=place.price("0.99", market))
        assert status == 200, order
        target = place.price("0.98", market)
        status, told = await place.control(
            "POST", "/price", {"symbol": "BTCUSDT", "market": market.value, "price": target}
        )
        assert (status, Decimal(told["price"])) == (200, Decimal(target))
        found = await truth(place, market=market.value)
        assert [each["status"] for each in found["orders"]] == ["FILLED"]
        prefix = "/api/v3" if market is Market.SPOT else "/fapi/v1"
        _, best = await place.ask("GET", f"{prefix}/ticker/bookTicker", symbol="BTCUSDT")
        assert Decimal(best["askPrice"]) == Decimal(target)
        _, last = await place.ask("GET", f"{prefix}/ticker/price", symbol="BTCUSDT")
        assert Decimal(last["price"]) == Decimal(target)


async def test_a_burst_goes_through_the_ledger_and_none_of_it_is_lost() -> None:
    async with venue() as place:
        stream = await place.follow()
        body = {"account": "ann", "symbol": "BTCUSDT", "events": 500, "per_second": 5000}
        (status, told), fills = await asyncio.gather(place.control("POST", "/burst", body), _trades(stream, 500))
        assert (status, told["fills"], told["status"]) == (200, 500, "FILLED")
        assert fills == list(range(fills[0], fills[0] + 500))
        found = await truth(place)
        assert [each["trade"] for each in found["fills"]] == fills
        assert sum(Decimal(each["quantity"]) for each in found["fills"]) == Decimal(found["orders"][0]["filled"])
        await stream.close()


async def _trades(stream: aiohttp.ClientWebSocketResponse, count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        event: Any = (await stream.receive_json(timeout=10))["event"]
        if event.get("x") == "TRADE":
            found.append(event["t"])
    return found


async def test_a_burst_keeps_its_pace() -> None:
    async with venue() as place:
        _, told = await place.control(
            "POST", "/burst", {"account": "ann", "symbol": "BTCUSDT", "events": 100, "per_second": 200}
        )
        assert 0.4 < told["seconds"] < 3


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/nowhere", None, "there is no GET /control/nowhere"),
        ("POST", "/clok", {}, "did you mean 'POST /control/clock'?"),
        ("POST", "/step", {"step": 1}, "unknown field `step`"),
        ("POST", "/step", {"steps": 0}, "$.steps"),
        ("POST", "/accounts/zoe", {}, "there is no account 'zoe'"),
        ("POST", "/accounts", {}, "no account is named"),
        ("POST", "/accounts/ann", {"permissions": {"fly": True}}, "there is no permission 'fly'"),
        ("POST", "/accounts/ann", {"deposit": [{"asset": "USDT", "amount": "NaN"}]}, "amount is NaN"),
        ("POST", "/accounts/ann", {"deposit": [{"asset": "USDT", "amount": "-5"}]}, "amount is -5"),
        ("POST", "/accounts/ann", {"deposit": [{"asset": "USDT", "amount": "1e-12"}]}, "finer than 0.00000001"),
        ("POST", "/accounts/ann", {"deposit": [{"asset": "@house", "amount": "5"}]}, "$.deposit[0].asset"),
        ("POST", "/symbols", {"symbol": "BTCUSD", "tick": "1"}, "did you mean 'BTCUSDT'?"),
        ("POST", "/symbols", {"symbol": "BTCUSDT", "tick": "0"}, "tick is 0"),
        ("POST", "/price", {"symbol": "BTCUSDT", "price": "1e14"}, "price is 1E+14"),
        ("POST", "/price", {"symbol": "BTCUSDT", "price": "0.001"}, "give a multiple of 0.01"),
        ("POST", "/streams", {"do": "dance"}, "Invalid enum value 'dance'"),
        ("POST", "/burst", {"account": "zoe", "symbol": "BTCUSDT"}, "there is no account 'zoe'"),
        ("POST", "/burst", {"account": "ann", "symbol": "NIL"}, "no symbol 'NIL'"),
        ("POST", "/burst", {"account": "ann", "symbol": "BTCUSDT", "side": "SELL"}, "-2010"),
        ("POST", "/faults", {"what": "nothing"}, "there is no fault 'nothing'"),
        ("POST", "/faults", 3, "a rule is 3"),
        ("DELETE", "/faults?name=x", None, "no rule 'x' is in force"),
        ("GET", "/ledger?account=zoe", None, "there is no account 'zoe'"),
        ("GET", "/ledger?since=-1", None, "since is '-1'"),
    ],
)
async def test_mistakes_say_what_where_and_the_cure(method: str, path: str, body: Any, said: str) -> None:
    async with venue() as place:
        status, told = await place.control(method, path, body)
        assert status == 400
        assert set(told["error"]) == {"kind", "message", "where", "cure"}
        assert said in f"{told['error']['message']}; {told['error']['cure']}"


async def test_a_body_that_is_no_json_is_an_error() -> None:
    async with venue() as place:
        for path in ("/step", "/faults"):
            async with place.client.post(f"{place.url}/control{path}", data=b"{") as response:
                assert (response.status, set(await response.json())) == (400, {"error"})
